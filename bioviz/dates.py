"""Moments in words, with the time zone that they are told in."""

from __future__ import annotations

from datetime import datetime, tzinfo


def in_zone(moment: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """Return a moment in a time zone, which is named, as in "26 Nov 2026, 07:20 (CET)"."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%b %Y}, {there:{'%H:%M:%S' if seconds else '%H:%M'}} ({there.tzname()})"
