"""Moments as the user's own clock shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bioviz.counts import counted_clips, sound_length
from bioviz.dates import in_zone
from bioviz.ui import dates


def test_a_moment_is_shown_in_the_zone_which_is_named():
    moment = datetime.fromtimestamp(1_764_141_600, UTC)
    assert in_zone(moment, UTC, seconds=True) == "26 Nov 2025, 07:20:00 (UTC)"
    assert in_zone(moment, UTC) == "26 Nov 2025, 07:20 (UTC)"
    assert in_zone(moment, ZoneInfo("Europe/Berlin")) == "26 Nov 2025, 08:20 (CET)"
    assert in_zone(moment, ZoneInfo("Asia/Kolkata")) == "26 Nov 2025, 12:50 (IST)"


def test_written_moments_are_shown_in_the_browser_s_zone_and_can_be_sorted(monkeypatch):
    monkeypatch.setattr(dates, "browser_zone", lambda: ZoneInfo("Europe/Berlin"))
    assert dates.local_of("2025-11-26T07:20:00+00:00") == "26 Nov 2025, 08:20 (CET)"
    assert dates.local_of("2025-11-26T07:20:00") == "26 Nov 2025, 08:20 (CET)", "without a zone it is UTC"
    assert dates.for_table("2025-11-26T07:20:05.123456+00:00") == "2025-11-26 08:20:05 (CET)"


def test_how_much_sound_there_is_has_its_unit_and_is_grouped():
    told = [sound_length(hours) for hours in (0, 0.005, 0.4, 12.53, 5054)]
    assert told == ["0 s", "18 s", "24 min", "12.5 h", "5,054 h"]


def test_one_clip_is_no_clips():
    assert [counted_clips(n, "clips of frog") for n in (1, 2_000)] == [
        "1 clip of frog",
        "2,000 clips of frog",
    ]
