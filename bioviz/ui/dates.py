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


def local_of(text: str) -> str:
    """Return what `local` does of a moment that is written as in "2026-11-26T07:20:00+00:00"."""
    return in_zone(_parsed(text), browser_zone())


def for_table(text: str) -> str:
    """Return such a moment for a column that can be sorted by it, as in "2026-11-26 08:20:05 (CET)"."""
    there = _parsed(text).astimezone(browser_zone())
    return f"{there:%Y-%m-%d %H:%M:%S} ({there.tzname()})"


def _parsed(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def browser_zone() -> tzinfo:
    """Return the browser's time zone; UTC where it tells none, or one that is not known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):
        return UTC
