"""Moments as the user's own clock shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bioviz.dates import in_zone


def test_a_moment_is_shown_in_the_zone_which_is_named():
    moment = datetime.fromtimestamp(1_764_141_600, UTC)
    assert in_zone(moment, UTC, seconds=True) == "26 Nov 2025, 07:20:00 (UTC)"
    assert in_zone(moment, UTC) == "26 Nov 2025, 07:20 (UTC)"
    assert in_zone(moment, ZoneInfo("Europe/Berlin")) == "26 Nov 2025, 08:20 (CET)"
    assert in_zone(moment, ZoneInfo("Asia/Kolkata")) == "26 Nov 2025, 12:50 (IST)"
