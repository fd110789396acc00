"""Dates and times as the user's own clock shows them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def local(seconds: float) -> str:
    """Return a moment in the browser's time zone, which is named, as in "26 Nov 2026, 07:20 (CET)".

    Parameters
    ----------
    seconds
        Since the epoch.
    """
    return in_zone(seconds, _zone())


def in_zone(seconds: float, zone: tzinfo) -> str:
    """Return a moment in a time zone, which is named."""
    moment = datetime.fromtimestamp(seconds, zone)
    return f"{moment.day} {moment:%b %Y, %H:%M} ({moment.tzname()})"


def _zone() -> tzinfo:
    """Return the browser's time zone; UTC where it tells none, or one that is not known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):
        return UTC
