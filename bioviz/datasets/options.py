"""What the user may set when a folder becomes a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from bioviz.errors import BadInput

BACKGROUND_NAMES = ("background", "noise", "silence", "other", "none", "nocall", "no call", "no_call", "noid")
# What people and programs write where they do not know, or where a cell was empty. Some are species codes of somebody,
# so that the report names what was taken so.
UNKNOWN_NAMES = ("?", "nan", "na", "n/a", "null", "unk", "unknown", "unidentified", "<na>")


@dataclass(frozen=True)
class Options:
    """Settings of `build_dataset`; None means "as the reader or the data suggest".

    Attributes:
        width_s, hop_s: length of a clip and step between clips, seconds. By default 3 s and half of the length;
            shorter where short calls would leave hardly a clip without one (see `width.suggest_plan`).
        min_overlap: see WindowPlan.
        sample_rate: rate in Hz for models without one of their own; by default the commonest native rate.
        task: "classification" (one clip a file) or "detection" (sliding windows), where the reader's is not wanted.
        background_names: labels and folders that mean background; compared without regard to case.
        unknown_names: labels that mean "something, one does not know what"; question marks alone always do. Clips that
            only they touch are neither calls nor background.
        separator: between several labels in one cell, such as ";" ("" for one label a cell).
        columns: which column of a table is what, where the usual names do not fit (`ColumnMapping.to_dict`).
        unannotated: what a recording is that no table mentions: "skip" (left out) or "background".
        label_column: the column of a table that holds the label, where the usual names do not fit.
        table: the one table to read (path within the folder), where the folder has several.
        ignore: files of the folder that are no annotations, by name or pattern ("notes*.csv").
        beans: name of the dataset within a BEANS `datasets.yml`.
        min_confidence: detections of a classifier below this confidence are not read.
        split_seed: seed by which whole recordings are put into splits, where the data have none.
        split_fractions: shares of train, valid and test; they sum to 1.
    """

    width_s: float | None = None
    hop_s: float | None = None
    min_overlap: float = 0.2
    sample_rate: int | None = None
    task: str | None = None
    background_names: tuple[str, ...] = BACKGROUND_NAMES
    unknown_names: tuple[str, ...] = UNKNOWN_NAMES
    separator: str = ""
    columns: Mapping[str, object] | None = None
    unannotated: str = "skip"
    label_column: str | None = None
    table: str | None = None
    ignore: tuple[str, ...] = ()
    beans: str | None = None
    min_confidence: float = 0.0
    split_seed: int = 42
    split_fractions: tuple[float, float, float] = (0.6, 0.2, 0.2)

    @classmethod
    def of(cls, values: Mapping[str, object] | None) -> Options:
        """Options from a plain mapping (from the form, the command line, or JSON).

        Raises:
            BadInput: an unknown name or an impossible value.
        """
        values = dict(values or {})
        known = [f.name for f in fields(cls)]
        if unknown := [name for name in values if name not in known]:
            raise BadInput(f"Unknown option {', '.join(map(repr, unknown))}. Known: {', '.join(known)}.")
        try:
            for name in ("width_s", "hop_s"):
                if values.get(name) is not None:
                    values[name] = float(values[name])
            for name in ("min_overlap", "min_confidence"):
                if name in values:
                    values[name] = float(values[name])
            for name in ("sample_rate", "split_seed"):
                if values.get(name) is not None:
                    values[name] = int(values[name])
            for of_words in ("background_names", "unknown_names", "ignore"):
                if isinstance(values.get(of_words), str):
                    values[of_words] = values[of_words].split(",")
                if of_words in values:
                    names = (str(name).strip() for name in values[of_words])
                    values[of_words] = tuple(name for name in names if name)
            if "split_fractions" in values:
                values["split_fractions"] = tuple(float(share) for share in values["split_fractions"])
        except (TypeError, ValueError) as error:
            raise BadInput(f"An option has a value that cannot be used: {error}.") from error
        options = cls(**values)
        options._check()
        return options

    def _check(self) -> None:
        for name in ("width_s", "hop_s", "sample_rate"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise BadInput(f"{name} must be above zero, not {value}.")
        if not 0 <= self.min_overlap <= 1:
            raise BadInput(f"min_overlap must be between 0 and 1, not {self.min_overlap}.")
        if self.task not in (None, "classification", "detection"):
            raise BadInput(f"task must be 'classification' or 'detection', not {self.task!r}.")
        if self.unannotated not in ("skip", "background"):
            raise BadInput(f"unannotated must be 'skip' or 'background', not {self.unannotated!r}.")
        shares = self.split_fractions
        if len(shares) != 3 or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
            raise BadInput(f"split_fractions must be three shares that sum to 1, not {list(shares)}.")

    def is_background(self, label: str) -> bool:
        """Whether a label or folder of this name means background."""
        return label.strip().casefold() in {name.casefold() for name in self.background_names}

    def is_unknown(self, label: str) -> bool:
        """Whether a label says that one does not know what it is."""
        text = label.strip().casefold()
        return bool(text) and (
            not text.strip("?") or text in {name.casefold() for name in self.unknown_names}
        )

    def to_dict(self) -> dict[str, object]:
        """The options that differ from the defaults, JSON-able."""
        default = asdict(Options())
        plain = {name: value for name, value in asdict(self).items() if value != default[name]}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in plain.items()}
