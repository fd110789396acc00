"""Dates and times as the user's own clock shows them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st

from bioviz.dates import in_zone


def local(seconds: float) -> str:
    """Return a moment in the browser's time zone, which is named, as in "26 Nov 2026, 07:20 (CET)".

    Parameters
    ----------
    seconds
        Since the epoch.
    """
    return in_zone(datetime.fromtimestamp(seconds, UTC), browser_zone())


def browser_zone() -> tzinfo:
    """Return the browser's time zone; UTC where it tells none, or one that is not known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):
        return UTC
