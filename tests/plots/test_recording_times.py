"""The timeline of recordings: each is seen, however short beside the weeks that are shown."""

from __future__ import annotations

from datetime import datetime, timedelta

from bioviz.plots.recording_times import recording_times


def test_a_short_recording_among_weeks_is_a_mark_inside_the_axes():
    starts = [datetime(2021, 1, 1, 6) + timedelta(days=20 * i) for i in range(3)]
    drawn = recording_times(starts, [10.0] * 3, ["wood"] * 3, ["a.wav", "b.wav", "c.wav"])
    (trace,) = drawn.data
    assert "markers" in trace.mode and trace.marker.size >= 5
    low, high = drawn.layout.xaxis.range
    days = [start.date() for start in starts]
    assert low < days[0] and high > days[-1] and (high - low).days < 50
