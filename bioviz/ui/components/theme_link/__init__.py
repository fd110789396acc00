"""Asks for a run of the page where the theme was changed."""
