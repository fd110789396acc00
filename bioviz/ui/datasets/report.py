"""What a dataset holds, as the user reads it: the sentence that matters first, then numbers, clips, times, problems."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bioviz.counts import UNKNOWN, sound_length
from bioviz.datasets.examples import example_rows
from bioviz.datasets.formats import profile
from bioviz.datasets.formats.base import LEFT_OUT_BY_USER
from bioviz.datasets.formats.choose import readers
from bioviz.datasets.problems import LEFT_OUT
from bioviz.datasets.report import ProblemGroup, Report, report
from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.percent import percent
from bioviz.plots import palette
from bioviz.plots.recording_times import is_by_day, legend, recording_times
from bioviz.ui.app.notices import plain
from bioviz.ui.app.theme import is_dark
from bioviz.ui.datasets.clip_cards import (
    TIMES_HIGHEST,
    Group,
    card_of_clip,
    note_of,
    show_cards,
    top_of_pictures,
)
from bioviz.ui.state import ReportState

LABELS_SHOWN = 8
_PER_LABEL = 4
_TABLE_ROWS = 10  # of a table before it scrolls
_ROW_PIXELS = 35


def show(dataset: Dataset, keys: ReportState, *, asked_above: bool = False) -> None:
    """Draw the report; the page may ask about the files above it."""
    summary = report(dataset)
    _verdict(dataset, summary, asked_above)
    _numbers(dataset, summary)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _labels(summary, keys)
    with right:
        _rates(summary)
        _times(dataset, keys)
    _clips(dataset, keys)
    _problems(summary, keys)
    _files(dataset, keys)


def _verdict(dataset: Dataset, summary: Report, asked_above: bool) -> None:
    """Show what must be read before anything else; green only where every file was understood and is used."""
    kinds = {group.kind: group for group in summary.problems}
    asked = len(kinds["not_understood"].items) if "not_understood" in kinds else 0
    amber = list(summary.cautions)  # (what is the matter, and the rest of the sentence)
    if asked and not asked_above:
        amber.append(
            (
                f"{asked} {'file was' if asked == 1 else 'files were'} not understood.",
                f" What {'it' if asked == 1 else 'they'} may speak of is not taken for background.",
            )
        )
    left_out = [
        g for g in summary.problems if g.kind in LEFT_OUT - {"not_understood", "no_label", "encoding_unsure"}
    ]
    if left_out:
        what = "; ".join(f"{group.title.split(' (')[0]}: {len(group.items):,}" for group in left_out)
        amber.append(("Not everything is used.", f" {what}. See the problems below."))
    if "encoding_unsure" in kinds:
        amber.append(
            (
                "Some letters could not be told for sure",
                ", as a table is in an older encoding. Look whether the names of the labels are right.",
            )
        )
    if (missing := dataset.source.get("missing_labels")) and not asked_above:
        count = sum(missing.values())
        amber.append(
            (
                f"{count:,} {'label is' if count == 1 else 'labels are'} missing",
                ": calls or background, nobody can tell, so that these stretches are neither. Add the folder again to "
                "say what they mean.",
            )
        )
    for matter, rest in amber:
        st.warning(f"**{plain(matter)}**{plain(rest)}", icon=":material/help:")
    if not amber and not asked and not missing:
        by_user = sum(each["detail"] == LEFT_OUT_BY_USER for each in dataset.source.get("files") or [])
        n_remarks = sum(len(group.items) for group in summary.problems)
        st.success(
            (
                f"You left out {by_user:,} {'file' if by_user == 1 else 'files'}. All others were understood."
                if by_user
                else "Every file was understood, and nothing was left out."
            )
            + (
                f" There {'is 1 remark' if n_remarks == 1 else f'are {n_remarks:,} remarks'} below."
                if n_remarks
                else ""
            ),
            icon=":material/check_circle:",
        )


def _numbers(dataset: Dataset, summary: Report) -> None:
    cells = st.columns(5)
    cells[0].metric("Recordings", f"{summary.recordings:,}")
    cells[1].metric("Sound", sound_length(summary.hours))
    cells[2].metric(
        "Clips", f"{summary.clips:,}", help="A clip is the stretch of sound that becomes one point."
    )
    cells[3].metric(
        "Background", percent(summary.background_share), help="Share of the clips that carry no label at all."
    )
    cells[4].metric(
        "Problems",
        f"{sum(len(g.items) for g in summary.problems):,}",
        help="Files or rows left out or mended.",
    )
    windows = dataset.task == "detection"
    splits = ", ".join(f"{name or 'none'} {count:,}" for name, count in summary.splits.items())
    st.caption(
        f"{'Sliding windows' if windows else 'One clip a file'}: {dataset.plan.width_s:g} s clips"
        + (f" every {dataset.plan.hop_s:g} s" if windows else "")
        + f" · {plain(_read_by(dataset))}"
        + f" · splits: {splits}"
    )


def _read_by(dataset: Dataset) -> str:
    """Return which format read the folder, in words."""
    reader = str(dataset.source.get("reader", ""))
    if reader == profile.name:
        return "columns as a table profile explains them"
    title = readers()[reader].title if reader in readers() else reader
    return f"read as {title}" if title else "read by an unknown format"


def _labels(summary: Report, keys: ReportState) -> None:
    st.markdown("**Clips and hours of each label**")
    rows = sorted(summary.labels, key=lambda row: (row.label != BACKGROUND, -row.clips))
    table = pd.DataFrame(
        {
            "label": [row.label for row in rows],
            "clips": [row.clips for row in rows],
            "annotations": ["—" if row.label == BACKGROUND else f"{row.annotations:,}" for row in rows],
            "hours": [row.hours for row in rows],
        }
    )
    if not summary.annotations:  # labels of whole files
        table = table.drop(columns="annotations")
    st.dataframe(
        table,
        hide_index=True,
        placeholder=UNKNOWN,
        height=_ROW_PIXELS * (1 + min(len(rows), _TABLE_ROWS)) + 3,
        key=keys.labels,
        column_config={
            "label": st.column_config.TextColumn("Label", width=110),
            "clips": st.column_config.ProgressColumn(
                "Clips", width=120, format="%d", min_value=0, max_value=max(1, *(row.clips for row in rows))
            ),
            "annotations": st.column_config.TextColumn("Annotations", alignment="right"),
            "hours": st.column_config.NumberColumn("Hours", format="%.3f"),
        },
    )


def _rates(summary: Report) -> None:
    st.markdown("**Sample rates and channels**")
    rates = ", ".join(f"{rate / 1000:g} kHz ({count:,})" for rate, count in summary.sample_rates.items())
    channels = ", ".join(f"{n} ({count:,})" for n, count in summary.channels.items())
    st.text(f"Sample rate: {rates}\nChannels: {channels}")
    if len(summary.sample_rates) > 1:
        st.caption("Rates differ: a model may tell recorders apart by them instead of calls.")


def _times(dataset: Dataset, keys: ReportState) -> None:
    st.markdown("**When they were recorded**")
    timed = [r for r in dataset.recordings if r.recorded_at is not None]
    without = len(dataset.recordings) - len(timed)
    if timed:
        starts = [r.recorded_at for r in timed if r.recorded_at is not None]
        places = [r.site for r in timed]
        drawn = recording_times(
            starts,
            [r.duration_s for r in timed],
            places,
            [r.name for r in timed],
            dark=is_dark(),
        )
        if is_by_day(starts) and (names := legend(places)):
            st.html(names)
        # The browser colours its text, as no run of the page comes when only the theme is switched.
        st.plotly_chart(drawn, theme="streamlit", key=keys.times, config={"displayModeBar": False})
    if without:
        of = "No recording" if not timed else f"{without:,} of {len(dataset.recordings):,} recordings"
        verb = "tells" if not timed else "do not tell" if without > 1 else "does not tell"
        st.caption(f"{of} {verb} when it was made: neither its name, nor its header, nor a table.")


def _clips(dataset: Dataset, keys: ReportState) -> None:
    """Show a few clips of each label and of background, with their boxes, to look at and to hear."""
    examples = example_rows(dataset, _PER_LABEL)
    labels = list(examples)
    st.markdown("**Look at some clips, drawn at random**")
    if len(labels) > LABELS_SHOWN:
        labels = st.multiselect(
            "Labels shown",
            labels,
            labels[:LABELS_SHOWN],
            key=keys.shown_labels,
            help="The commonest come first.",
        )
    colours = palette.colours_for(dataset.target_names)
    end_hz = top_of_pictures(dataset.annotations)
    if end_hz and any(r.sample_rate / 2 > end_hz for r in dataset.recordings):
        st.caption(
            f"Pictures end at {end_hz / 1000:.3g} kHz, about {TIMES_HIGHEST} times the highest annotated frequency."
        )
    groups = []
    for label in labels:
        if label == BACKGROUND:
            own = ~dataset.clips.labels.any(axis=1)
        else:
            own = dataset.clips.labels[:, dataset.labels.index(label)]
        recordings = len(set(dataset.clips.recording[own].tolist()))
        cards = tuple(card_of_clip(dataset, int(row), colours, end_hz) for row in examples[label])
        groups.append(Group(label, note_of(label, int(own.sum()), recordings), colours[label], cards))
    show_cards(groups, key=keys.clips)


def _problems(summary: Report, keys: ReportState) -> None:
    if not summary.problems:
        return
    st.markdown("**Problems, by kind**")
    for group in sorted(summary.problems, key=lambda each: (each.kind not in LEFT_OUT, -len(each.items))):
        _problem(group, keys)


def _problem(group: ProblemGroup, keys: ReportState) -> None:
    sentences = group.by_sentence()
    detail, files = sentences[0]
    example = files[0]
    icon = ":material/error:" if group.kind in LEFT_OUT else ":material/info:"
    with st.expander(f"{group.title}: {len(group.items):,}", icon=icon, expanded=group.kind in LEFT_OUT):
        more = f" (and {len(files) - 1:,} more)" if len(files) > 1 else ""
        st.text(f"For example {example}{more}: {detail}.".replace("..", "."))
        if group.to_do:
            st.caption(f"What to do: {plain(group.to_do)}")
        if len(group.items) > 1:
            rows = [
                {
                    "what": sentence,
                    "files": len(of),
                    "which": ", ".join(of[:20]) + (" …" if len(of) > 20 else ""),
                }
                for sentence, of in sentences
            ]
            st.dataframe(
                pd.DataFrame(rows),
                hide_index=True,
                placeholder=UNKNOWN,
                height=_ROW_PIXELS * (1 + min(len(rows), _TABLE_ROWS)) + 3,
                key=keys.problems(group.kind),
                column_config={"files": st.column_config.NumberColumn(width="small")},
            )


def _files(dataset: Dataset, keys: ReportState) -> None:
    """Show what became of each file that is not sound."""
    accounts = dataset.source.get("files") or []
    if not accounts:
        return
    with st.expander(f"Files beside the recordings: {len(accounts):,}", icon=":material/description:"):
        rows = [
            {
                "file": a["name"],
                "became": a["role"],
                "format": a["format"],
                "rows": a["rows"],
                "how": a["detail"],
            }
            for a in accounts
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder=UNKNOWN, key=keys.files)
