"""The timeline of recordings: each is seen, however short beside the weeks that are shown."""

from __future__ import annotations

from datetime import datetime, timedelta

from bioviz.plots.recording_times import is_by_day, legend, recording_times


def test_a_short_recording_among_weeks_is_a_mark_inside_the_axes():
    starts = [datetime(2021, 1, 1, 6) + timedelta(days=20 * i) for i in range(3)]
    drawn = recording_times(starts, [10.0] * 3, ["wood"] * 3, ["a.wav", "b.wav", "c.wav"])
    (trace,) = drawn.data
    assert "markers" in trace.mode and trace.marker.size >= 5
    low, high = drawn.layout.xaxis.range
    days = [start.date() for start in starts]
    assert low < days[0] and high > days[-1] and (high - low).days < 50


def test_many_places_are_named_beside_the_drawing_and_take_none_of_its_room():
    places = ["wood", "pond", "<b>moor</b>", "shore", "quarry", "orchard beside the brook"]
    starts = [datetime(2021, 1, 1, 6) + timedelta(days=i) for i in range(6)]
    drawn = recording_times(starts, [10.0] * 6, places, [f"{i}.wav" for i in range(6)])
    assert drawn.layout.showlegend is False and is_by_day(starts) and not is_by_day(starts[:2])
    named = legend(places)
    assert not legend(places[:1] * 6)
    assert "&lt;b&gt;moor" in named and "<b>" not in named
    for trace in drawn.data:
        assert f'background:{trace.line.color}"></i>{trace.name}</span>' in named
    assert len({trace.line.color for trace in drawn.data}) == 6
