"""Moments as the user's own clock shows them."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

from bioviz.ui.dates import in_zone


def test_a_moment_is_shown_in_the_zone_which_is_named():
    assert in_zone(1_764_141_600, UTC) == "26 Nov 2025, 07:20 (UTC)"
    assert in_zone(1_764_141_600, ZoneInfo("Europe/Berlin")) == "26 Nov 2025, 08:20 (CET)"
    assert in_zone(1_764_141_600, ZoneInfo("Asia/Kolkata")) == "26 Nov 2025, 12:50 (IST)"
