"""What an explained table will be taken for, in words: to be read before it is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from bioviz.datasets.options import Options
from bioviz.datasets.tables.columns import ROLES, TITLES, ColumnMapping

MEANINGS = {  # in the order in which they are read
    "label": "Calls",
    "background": "Background",
    "unknown": "Unknown, neither call nor background",
    "drop": "Left out, no clip that touches them is used",
    "asked": "Missing, asked about after the scan",
}
_SHOWN = 12  # labels of one meaning


def meaning_of(label: str, mapping: ColumnMapping, options: Options) -> str:
    """Return which of MEANINGS a label of a table has: as the mapping says, else by the options' lists of names."""
    for name in ("drop", "unknown", "background"):
        if label.casefold() in {word.casefold() for word in getattr(mapping, name)}:
            return name
    return options.meaning_of(label)[0]


def taken_for(labels: Mapping[str, int], mapping: ColumnMapping, options: Options) -> list[tuple[str, str]]:
    """Return what is taken for what, as titles with sentences.

    Parameters
    ----------
    labels : mapping of str to int
        How often each label occurs, "" for none (`preview.labels_in`).
    mapping : ColumnMapping
        What the columns mean.
    options : Options
        Of the reading.
    """
    of: dict[str, Counter[str]] = defaultdict(Counter)
    for label, count in labels.items():
        of[meaning_of(label, mapping, options)][label] += count
    lines = [("Columns", mapping.sentence())]
    lines += [(title, _counted(of[name])) for name, title in MEANINGS.items() if of[name]]
    if not of["background"]:
        lines.append((MEANINGS["background"], "no label means background"))
    return lines


def contradictions(mapping: ColumnMapping) -> list[str]:
    """Return a sentence for each label with two meanings, and for each column that is to be two things."""
    meanings: dict[str, list[str]] = defaultdict(list)
    for name in ("background", "unknown", "drop"):
        for label in {word.casefold(): word for word in getattr(mapping, name)}.values():
            meanings[label.casefold()].append(label)
    twice = [labels[0] or "(empty)" for labels in meanings.values() if len(labels) > 1]
    uses: dict[str, list[str]] = defaultdict(list)
    for role in ROLES:
        if column := getattr(mapping, role):
            uses[column].append(TITLES[role])
    for column in mapping.label_columns:
        uses[column].append("a label")
    return [f"“{label}” is given two meanings. Keep one of them." for label in twice] + [
        f"The column “{column}” cannot be both {' and '.join(titles)}."
        for column, titles in uses.items()
        if titles[1:]
    ]


def _counted(labels: Counter[str]) -> str:
    shown = ", ".join(f"{label or 'rows without a label'} ({n:,})" for label, n in labels.most_common(_SHOWN))
    return shown + (f" and {len(labels) - _SHOWN:,} more labels" if len(labels) > _SHOWN else "")
