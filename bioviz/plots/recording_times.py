"""When recordings were made: days across, time of day up, a bar for each recording; or one line of time a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import plotly.graph_objects as go

from bioviz.plots import palette
from bioviz.plots.style import escape, figure, short

DAYS_APART = 2  # from so many days on, days and times of day are drawn on two axes
_NARROWEST = 0.004  # of the axis: a recording of seconds among weeks is still seen
_MOST_PLACES = 12


def recording_times(
    starts: Sequence[datetime],
    durations_s: Sequence[float],
    places: Sequence[str],
    names: Sequence[str],
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw when recordings were made.

    Parameters
    ----------
    starts : sequence of datetime
        When each began, by the recorder's clock; at least one.
    durations_s : sequence of float
        How long each is.
    places : sequence of str
        Of each, "" for unknown; the colour, and the row where all are of a day or two.
    names : sequence of str
        Of the files, told on hovering.

    Returns
    -------
    plotly.graph_objects.Figure
        A bar for each recording.
    """
    clocks = [start.replace(tzinfo=None) for start in starts]
    days = [clock.date() for clock in clocks]
    many_days = is_by_day(starts)
    shown = _shown_places(places)
    colours = _colours(shown)
    traces = []
    for place in sorted(set(shown)):
        mine = [i for i, other in enumerate(shown) if other == place]
        hover = [
            f"{short(names[i])}<br>{clocks[i]:%Y-%m-%d %H:%M:%S}, {durations_s[i]:,.1f} s"
            + (f"<br>{escape(places[i])}" if places[i] else "")
            for i in mine
        ]
        bars = _by_day if many_days else _in_a_row
        x, y, text = bars([clocks[i] for i in mine], [durations_s[i] for i in mine], place, hover, clocks)
        line = {"color": colours[place], "width": 7 if not many_days else 5}
        traces.append(
            go.Scatter(
                x=x,
                y=y,
                mode="lines+markers" if many_days else "lines",
                line=line,
                marker={"size": 6, "symbol": "square", "color": colours[place]},
                name=short(place),
                text=text,
                hoverinfo="text",
                connectgaps=False,
            )
        )
    rows = 1 if many_days else len(set(shown))
    drawn = figure(
        traces,
        dark,
        "day" if many_days else "time",
        "time of day (h)" if many_days else "",
        height=260 if many_days else 110 + 26 * rows,
        showlegend=False,  # `legend`, as one of plotly's would take the room of the days
    )
    if many_days:
        room = max(timedelta(days=1), 0.04 * (max(days) - min(days)))
        # The first day would touch the last hour without some distance.
        drawn.update_xaxes(range=[min(days) - room, max(days) + room], ticklabelstandoff=8)
        drawn.update_yaxes(range=[24, 0], tickvals=[0, 6, 12, 18, 24])
    return drawn


def is_by_day(starts: Sequence[datetime]) -> bool:
    """Whether days and times of day have an axis each, so that colours alone tell places apart."""
    days = [start.replace(tzinfo=None).date() for start in starts]
    return (max(days) - min(days)).days >= DAYS_APART


def legend(places: Sequence[str]) -> str:
    """Return HTML that names the colours of places, in as many lines as it needs; "" for a single one."""
    colours = _colours(_shown_places(places))
    square = "width:.7em;height:.7em;flex:none;background"
    names = "".join(
        '<span style="display:inline-flex;align-items:center;gap:.35em">'
        f'<i style="{square}:{colours[place]}"></i>{short(place)}</span>'
        for place in sorted(colours)
    )
    box = "display:flex;flex-wrap:wrap;gap:.1em .9em;font-size:.8rem"
    return f'<div style="{box}">{names}</div>' if len(colours) > 1 else ""


def _colours(shown: Sequence[str]) -> dict[str, str]:
    return dict(zip(dict.fromkeys(shown), palette.extended(len(set(shown))), strict=True))


def _shown_places(places: Sequence[str]) -> list[str]:
    """Places as they are told apart: beyond a dozen the rarest are one."""
    counts: dict[str, int] = {}
    for place in places:
        counts[place] = counts.get(place, 0) + 1
    commonest = set(sorted(counts, key=lambda place: -counts[place])[:_MOST_PLACES])
    return [(place or "place unknown") if place in commonest else "other places" for place in places]


def _by_day(
    clocks: Sequence[datetime],
    durations_s: Sequence[float],
    place: str,
    hover: Sequence[str],
    everything: Sequence[datetime],
) -> tuple[list[object], list[float | None], list[str]]:
    x: list[object] = []
    y: list[float | None] = []
    text: list[str] = []
    for clock, duration, words in zip(clocks, durations_s, hover, strict=True):
        hour = clock.hour + clock.minute / 60 + clock.second / 3600
        end = min(24.0, max(hour + duration / 3600, hour + 24 * _NARROWEST))
        day = clock.date().isoformat()
        x += [day, day, None]
        y += [hour, end, None]
        text += [words, words, ""]
    return x, y, text


def _in_a_row(
    clocks: Sequence[datetime],
    durations_s: Sequence[float],
    place: str,
    hover: Sequence[str],
    everything: Sequence[datetime],
) -> tuple[list[object], list[str | None], list[str]]:
    ends = (max(everything) - min(everything)).total_seconds() + max(durations_s, default=0.0)
    narrowest = timedelta(seconds=max(1.0, _NARROWEST * ends))
    x: list[object] = []
    y: list[str | None] = []
    text: list[str] = []
    for clock, duration, words in zip(clocks, durations_s, hover, strict=True):
        x += [clock, max(clock + timedelta(seconds=duration), clock + narrowest), None]
        y += [short(place), short(place), None]
        text += [words, words, ""]
    return x, y, text
