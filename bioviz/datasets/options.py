"""What the user may set when a folder becomes a dataset: one list, of which page and command line are made.

A new option is one field here. `bioviz/cli/commands/datasets.py` makes its argument,
`bioviz/ui/datasets/option_fields.py` its field on the page; a reader that goes by it names it in its `own_options`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Literal, cast

from bioviz.datasets.option_kinds import (
    ALL_MISSING,
    MEANINGS,
    Columns,
    Meanings,
    Number,
    OneOf,
    OptionInfo,
    Shares,
    Text,
    Whole,
    Words,
    info_of,
    option,
)
from bioviz.errors import BadInput

BACKGROUND_NAMES = ("background", "noise", "silence", "other", "none", "nocall", "no call", "no_call", "noid")
UNKNOWN_NAMES = ("unk", "unknown", "unidentified")
# What people and programs write where a label is missing. It may mean an unknown call, no call at all, or be a species
# code of somebody: the user is asked (`missing_labels`).
MISSING_NAMES = frozenset({
    "", "?", "nan", "na", "n/a", "#n/a", "null", "<na>", "-", "--", "---", ".", "#value!", "#ref!", "#name?",
})  # fmt: skip

Meaning = Literal["label", "background", "unknown", "drop", "asked"]

WINDOWS, SOUND, LABELS, TABLES, SPLITS = "Windows", "Sound", "Labels", "Tables and files", "Splits"


@dataclass(frozen=True)
class Options:
    """Settings of `build_dataset`; None means "as the reader or the data suggest"."""

    width_s: float | None = option(
        None,
        Number(0, 3600, step=0.5, above=True),
        WINDOWS,
        "Clip length (s)",
        "How much sound becomes one point. By default 3 s, or shorter where short calls would leave hardly a clip "
        "without one. Calls much shorter than a clip drown in its background.",
    )
    hop_s: float | None = option(
        None,
        Number(0, 3600, step=0.5, above=True),
        WINDOWS,
        "Step between clips (s)",
        "Clips overlap where it is shorter than a clip. By default half of the clip length.",
    )
    min_overlap: float = option(
        0.2,
        Number(0, 1, step=0.05),
        WINDOWS,
        "Minimum overlap",
        "A label counts for a clip if this share of the call (or of the clip, if that is shorter) lies in it.",
    )
    task: str | None = option(
        None,
        OneOf({"detection": "sliding windows", "classification": "one clip a file"}),
        WINDOWS,
        "Clips",
        "Sliding windows over whole recordings, or one clip a file. By default as the annotations suggest.",
    )
    sample_rate: int | None = option(
        None,
        Whole(1, 10_000_000, step=1000),
        WINDOWS,
        "Sample rate (Hz)",
        "For models without a rate of their own. By default the commonest rate of the recordings.",
    )
    channel: int = option(
        0,
        Whole(0, 1024),
        SOUND,
        "Channel",
        "The channel to hear, 1 for the first. 0: the mean of all channels.",
    )
    time_expansion: float | None = option(
        None,
        Number(0, 1000, step=1.0, above=True),
        SOUND,
        "Time expansion",
        "How many times slower the files play than what was recorded: 10 for most time-expanded bat calls. By default "
        "as each file's header (GUANO) says.",
    )
    background_names: tuple[str, ...] = option(
        BACKGROUND_NAMES,
        Words(),
        LABELS,
        "Names that mean background",
        "Labels and folders of these names hold no call; capitals do not matter.",
    )
    unknown_names: tuple[str, ...] = option(
        UNKNOWN_NAMES,
        Words(),
        LABELS,
        "Names that mean unknown",
        "Something is there and nobody knows what. Such clips are neither calls nor background.",
    )
    missing_labels: Mapping[str, str] | None = option(
        None,
        Meanings(),
        LABELS,
        "Meaning of missing labels",
        "What an empty label, NA, nan or ? means: unknown, background, drop (its stretch is left out) or a label, such "
        "as empty=unknown, NA=background, ?=drop or empty=call. One word goes for all of them.",
    )
    separator: str = option(
        "",
        Text(longest=3, strip=False),
        LABELS,
        "Separator of labels",
        "Between several labels in one cell, such as ; in “owl;frog”. Empty: a cell is one label.",
    )
    label_column: str | None = option(
        None,
        Text(),
        LABELS,
        "Column with the labels",
        "Where it has an unusual name, or where several columns could be meant.",
        of_readers=True,
    )
    min_confidence: float = option(
        0.0,
        Number(0, 1, step=0.05),
        LABELS,
        "Minimum confidence",
        "Where a detector is less sure, the stretch is neither a call nor background.",
        of_readers=True,
    )
    table: str | None = option(
        None,
        Text(),
        TABLES,
        "Table to read",
        "The one table that counts, by its path in the folder, where the folder has several.",
        of_readers=True,
    )
    columns: Mapping[str, object] | None = option(
        None,
        Columns(),
        TABLES,
        "Columns",
        "Which column of a table is what.",
        of_readers=True,
    )
    ignore: tuple[str, ...] = option(
        (),
        Words(),
        TABLES,
        "Files to leave out",
        "Files that hold no annotations, by name or pattern, such as notes*.csv.",
        of_readers=True,
    )
    unannotated: str = option(
        "skip",
        OneOf({"skip": "leave out, and say so", "background": "count as background"}),
        TABLES,
        "Recordings that no table mentions",
        "Whether somebody listened to them and heard nothing, only you can know.",
        of_readers=True,
    )
    beans: str | None = option(
        None,
        Text(),
        TABLES,
        "Dataset of BEANS",
        "For folders of the BEANS benchmark that hold several of its datasets, or whose name does not tell.",
        of_readers=True,
    )
    split_fractions: tuple[float, float, float] = option(
        (0.6, 0.2, 0.2),
        Shares(("train", "valid", "test")),
        SPLITS,
        "Shares of train, valid and test",
        "Of whole recordings, where the data have no splits of their own. They sum to 1.",
    )
    split_seed: int = option(
        42,
        Whole(0, 2**31 - 1),
        SPLITS,
        "Seed of the splits",
        "Decides which recordings go into which split, where the data have none of their own.",
    )

    @classmethod
    def of(cls, values: Mapping[str, object] | None) -> Options:
        """Options from a plain mapping (from the form, the command line, or JSON).

        Raises
        ------
        BadInput
            An unknown name or an impossible value.
        """
        values = dict(values or {})
        infos = {info.name: info for info in OPTIONS}
        if unknown := [name for name in values if name not in infos]:
            raise BadInput(f"Unknown option {', '.join(map(repr, unknown))}. Known: {', '.join(infos)}.")
        return cls(**{name: infos[name].read(value) for name, value in values.items()})

    def is_background(self, label: str) -> bool:
        """Whether a label or folder of this name means background."""
        return label.strip().casefold() in {name.casefold() for name in self.background_names}

    def is_unknown(self, label: str) -> bool:
        """Whether a label says that one does not know what it is."""
        return label.strip().casefold() in {name.casefold() for name in self.unknown_names}

    def meaning_of(self, label: str) -> tuple[Meaning, str]:
        """Return what a label means, and the label itself where it is one.

        Names that mean background or unknown go first; what stands for a missing label is as the user answered, and
        "asked" until then.
        """
        text = label.strip()
        if text and self.is_background(text):
            return "background", ""
        if text and self.is_unknown(text):
            return "unknown", ""
        word = missing_word(text)
        if word is None:
            return "label", text
        answers = self.missing_labels or {}
        answer = answers.get(word, answers.get(ALL_MISSING, ""))
        if not answer:
            return "asked", ""
        return (cast("Meaning", answer), "") if answer in MEANINGS else ("label", answer)

    def to_dict(self) -> dict[str, object]:
        """Return the options that differ from the defaults, JSON-able."""
        default = asdict(Options())
        plain = {name: value for name, value in asdict(self).items() if value != default[name]}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in plain.items()}


def missing_word(label: str) -> str | None:
    """Return the word of MISSING_NAMES that a label is, however it is written; None for every other label."""
    word = label.strip().casefold()
    if word and not word.strip("?"):
        return "?"
    return word if word in MISSING_NAMES else None


OPTIONS: tuple[OptionInfo, ...] = tuple(map(info_of, fields(Options)))
"""All options in the order in which page and command line show them."""
GROUPS = tuple(dict.fromkeys(info.group for info in OPTIONS))
