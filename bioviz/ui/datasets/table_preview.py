"""What a table would give with the columns that were chosen: numbers, what does not fit, and three clips to hear."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import streamlit as st

from bioviz.datasets.formats.base import RawAnnotation
from bioviz.datasets.options import Options
from bioviz.datasets.problems import KINDS
from bioviz.datasets.tables.columns import TIME_UNITS, ColumnMapping
from bioviz.datasets.tables.preview import TablePreview, preview
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import Table
from bioviz.errors import BadInput
from bioviz.plots import palette
from bioviz.ui.app.notices import plain
from bioviz.ui.datasets.clip_cards import Card, Group, card_of_box, show_cards

CLIPS = 3
NO_LABEL = "no label"
_WHOLE_S = 5.0  # shown of a recording that is labelled as a whole


def show_preview(file: SourceFile, table: Table, mapping: ColumnMapping, options: Options, key: str) -> bool:
    """Draw it; whether the columns give anything at all."""
    try:
        found = preview(file, table, mapping, options)
    except BadInput as error:
        st.info(plain(_what_is_missing(mapping) or str(error)), icon=":material/rule:")
        return False
    st.text(_sentence(found, whole=len(table.rows) == found.rows))
    if found.outside:
        st.warning(
            f"{len(found.outside)} of {len(found.boxes)} boxes begin after the end of their recording. Are the times "
            f"really in {TIME_UNITS[mapping.time_unit]}?",
            icon=":material/timer_off:",
        )
    for kind, count in Counter(each.kind for each in found.problems).most_common(3):
        example = next(each.detail for each in found.problems if each.kind == kind)
        st.warning(f"{KINDS[kind]}: {count}. For example: {plain(example)}.", icon=":material/warning:")
    cards = _cards(file, found)
    if cards:
        show_cards([Group("", "", "", cards)], key=f"{key}_clips")
    return bool(found.boxes or found.files or _only_background(found))


def _only_background(found: TablePreview) -> bool:
    return found.rows > 0 and not found.problems


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


def _sentence(found: TablePreview, whole: bool) -> str:
    rows = f"The {'' if whole else 'first '}{found.rows:,} rows give"
    if found.files:
        labels = Counter(label for of in found.files.values() for label in of)
        empty = sum(not of for of in found.files.values())
        return (
            f"{rows} labels of {len(found.files):,} whole recordings: {_counted(labels)}"
            + (f"; {empty:,} without a label" if empty else "")
            + "."
        )
    labels = Counter("unknown" if box.unknown else box.label or NO_LABEL for box in found.boxes)
    recordings = len({box.recording for box in found.boxes})
    boxes = f"{len(found.boxes):,} {'box' if len(found.boxes) == 1 else 'boxes'}"
    return f"{rows} {boxes} in {recordings:,} {'recording' if recordings == 1 else 'recordings'}: {_counted(labels)}."


def _counted(labels: Counter[str], most: int = 8) -> str:
    shown = ", ".join(f"{label} ({count:,})" for label, count in labels.most_common(most))
    return (shown or NO_LABEL) + (f" and {len(labels) - most:,} more labels" if len(labels) > most else "")


def _cards(file: SourceFile, found: TablePreview) -> tuple[Card, ...]:
    outside = set(map(id, found.outside))
    boxes = [box for box in found.boxes if id(box) not in outside and box.end_s > box.start_s]
    boxes += [
        RawAnnotation(name, 0.0, _WHOLE_S, ", ".join(labels) or NO_LABEL)
        for name, labels in found.files.items()
    ]
    colours = palette.colours_for(sorted({box.label for box in boxes}))
    cards = []
    for box in boxes[:CLIPS]:
        path = file.files.root / box.recording
        try:
            cards.append(_card(str(path), path.stat().st_mtime_ns, box, colours.get(box.label, "#D55E00")))
        except (BadInput, OSError) as error:
            st.warning(plain(f"{box.recording}: {error}"), icon=":material/volume_off:")
    return tuple(cards)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={RawAnnotation: repr})
def _card(path: str, changed: int, box: RawAnnotation, colour: str) -> Card:
    return card_of_box(
        Path(path), f"{box.label or NO_LABEL} · {box.recording.rsplit('/', 1)[-1]}", box, colour
    )
