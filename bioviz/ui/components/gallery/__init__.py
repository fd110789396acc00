"""Thumbnails of many clips."""
