"""Listening to clips at equal loudness, in step."""
