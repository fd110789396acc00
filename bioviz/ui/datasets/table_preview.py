"""What a table would give with the columns that were chosen: numbers, what does not fit, and three clips to hear."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import streamlit as st

from bioviz.datasets.formats.base import RawAnnotation
from bioviz.datasets.options import Options
from bioviz.datasets.problems import KINDS
from bioviz.datasets.tables.columns import TIME_UNITS, TITLES, ColumnMapping
from bioviz.datasets.tables.in_words import contradictions, taken_for
from bioviz.datasets.tables.preview import TablePreview, labels_in, preview, preview_facts
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Table
from bioviz.errors import BadInput
from bioviz.plots import palette
from bioviz.ui.app.notices import plain
from bioviz.ui.datasets.clip_cards import Card, Group, card_of_box, show_cards, top_of_pictures
from bioviz.ui.state import ColumnsState

CLIPS = 3
MANY_ROWS = 200
NO_LABEL = "no label"
_WHOLE_S = 5.0  # shown of a recording that is labelled as a whole


def show_preview(
    file: SourceFile, table: Table, mapping: ColumnMapping, options: Options, keys: ColumnsState
) -> bool:
    """Draw it; whether the columns give anything at all."""
    try:
        parsed = preview(file, table, mapping, options)
    except BadInput as error:
        st.info(plain(_what_is_missing(mapping) or str(error)), icon=":material/rule:")
        return False
    st.text(_sentence(parsed, whole=len(table.rows) == parsed.rows))
    if parsed.outside:
        st.warning(
            f"{len(parsed.outside)} of {len(parsed.boxes)} boxes begin after the end of their recording. Are the times "
            f"really in {TIME_UNITS[mapping.time_unit]}?",
            icon=":material/timer_off:",
        )
    for kind, count in Counter(each.kind for each in parsed.problems).most_common(3):
        example = next(each.detail for each in parsed.problems if each.kind == kind)
        st.warning(f"{KINDS[kind]}: {count}. For example: {plain(example)}.", icon=":material/warning:")
    cards = _cards(file, parsed)
    if cards:
        show_cards([Group("", "", "", cards)], key=keys.clips)
    return bool(parsed.boxes or parsed.files or _only_background(parsed))


def show_taken(table: Table, mapping: ColumnMapping, options: Options) -> bool:
    """Write out what each column and label will be taken for; whether nothing in it contradicts itself."""
    wrong = contradictions(mapping)
    for sentence in wrong:
        st.error(plain(sentence), icon=":material/error:")
    if not mapping.complete:
        return False
    with st.container(border=True):
        whole = "" if len(table.rows) < MANY_ROWS else f" (labels as in the first {len(table.rows):,} rows)"
        st.markdown(f"**What will be taken for what**{whole}")
        for title, words in taken_for(labels_in(table, mapping), mapping, options):
            st.text(f"{title}: {words}")
    return not wrong


def show_facts(file: SourceFile, table: Table, mapping: ColumnMapping) -> bool:
    """Show what a table of facts tells; return whether it tells anything of a recording that is there."""
    if not mapping.complete:
        st.info(
            "Choose the column that names the recording, and at least one of its facts.",
            icon=":material/rule:",
        )
        return False
    recordings, values = preview_facts(file, table, mapping)
    facts = ", ".join(
        f"{TITLES[fact].lower()} ({count:,} {'value' if count == 1 else 'values'})"
        for fact, count in values.items()
    )
    st.text(
        f"{recordings:,} of the recordings here are named in the first {len(table.rows):,} rows: {facts}."
    )
    st.caption("Nothing in it is read as a label: what can be heard is told by other tables, or unknown.")
    return recordings > 0


def _only_background(parsed: TablePreview) -> bool:
    return parsed.rows > 0 and not parsed.problems


def _what_is_missing(mapping: ColumnMapping) -> str:
    if not mapping.label and not mapping.label_columns and not mapping.empty:
        return "Choose the column that holds the label, or write the label of all rows."
    if mapping.start and not (mapping.end or mapping.duration):
        return "Choose the column of the end, or of the duration."
    if not mapping.start and (mapping.end or mapping.duration):
        return "Choose the column of the start."
    if not mapping.path and not mapping.start:
        return "Choose the columns of start and end, or the one that names the recording."
    return ""


def _sentence(parsed: TablePreview, whole: bool) -> str:
    rows = f"The {'' if whole else 'first '}{parsed.rows:,} rows give"
    if parsed.files:
        labels = Counter(label for of in parsed.files.values() for label in of)
        empty = sum(not of for of in parsed.files.values())
        return (
            f"{rows} labels of {len(parsed.files):,} whole recordings: {_counted(labels)}"
            + (f"; {empty:,} without a label" if empty else "")
            + "."
        )
    labels = Counter("unknown" if box.unknown else box.label or NO_LABEL for box in parsed.boxes)
    recordings = len({box.recording for box in parsed.boxes})
    boxes = f"{len(parsed.boxes):,} {'box' if len(parsed.boxes) == 1 else 'boxes'}"
    return f"{rows} {boxes} in {recordings:,} {'recording' if recordings == 1 else 'recordings'}: {_counted(labels)}."


def _counted(labels: Counter[str], most: int = 8) -> str:
    shown = ", ".join(f"{label} ({count:,})" for label, count in labels.most_common(most))
    return (shown or NO_LABEL) + (f" and {len(labels) - most:,} more labels" if len(labels) > most else "")


def _cards(file: SourceFile, parsed: TablePreview) -> tuple[Card, ...]:
    outside = set(map(id, parsed.outside))
    boxes = [box for box in parsed.boxes if id(box) not in outside and box.end_s > box.start_s]
    boxes += [
        RawAnnotation(name, 0.0, _WHOLE_S, ", ".join(labels) or NO_LABEL)
        for name, labels in parsed.files.items()
    ]
    colours = palette.colours_for(sorted({box.label for box in boxes}))
    end_hz = top_of_pictures(boxes)
    cards = []
    for box in boxes[:CLIPS]:
        path = file.files.root / box.recording
        try:
            cards.append(
                _card(str(path), path.stat().st_mtime_ns, box, colours.get(box.label, "#D55E00"), end_hz)
            )
        except (BadInput, OSError) as error:
            st.warning(plain(f"{box.recording}: {error}"), icon=":material/volume_off:")
    return tuple(cards)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={RawAnnotation: repr})
def _card(path: str, changed: int, box: RawAnnotation, colour: str, end_hz: float | None) -> Card:
    return card_of_box(
        Path(path), f"{box.label or NO_LABEL} · {box.recording.rsplit('/', 1)[-1]}", box, colour, end_hz
    )
