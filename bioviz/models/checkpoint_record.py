"""What is known of a fine-tuned checkpoint: `record.json` beside its weights, read and checked in one place.

Records outlive versions, and may come from another computer: what an older one lacks has its default, what a newer one
has besides is kept, and a value of the wrong kind is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bioviz.errors import BadInput

Measures = dict[str, float | None]
"""Measures by name, as `training.metrics.measures` gives them; None where undefined."""


@dataclass(frozen=True)
class TrainedOn:
    """The dataset of a training.

    Attributes
    ----------
    id, name, version : str
        As of `datasets.types.Dataset`.
    """

    id: str = ""
    name: str = ""
    version: str = ""


@dataclass(frozen=True)
class SplitRecord:
    """Which clips were trained on, chosen by and tested on.

    Attributes
    ----------
    source : str
        "dataset" (its own split) or "seeded".
    counts : dict
        "train", "valid" and "test" to what `training.split.describe` gives.
    recordings : dict
        The same to names of recordings.
    contents : dict
        The same to what names their bytes, `datasets.types.Recording.content_hash`; {} in older ones.
    """

    source: str = ""
    counts: dict[str, dict[str, Any]] = field(default_factory=dict)
    recordings: dict[str, list[str]] = field(default_factory=dict)
    contents: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a training taught; `training.outcome` judges it.

    Attributes
    ----------
    kind : str
        "nothing", "too few to tell", "no more than the probe", "less" or "more" than it; "learnt" of a probe itself.
    sentence : str
        For the user; "" where there is nothing to say.
    loss, chance_loss : float or None
        Mean training loss of the best epoch, and of the best guess that hears nothing.
    p_chance : float or None
        How often labels dealt out at random give as good a test result.
    gain, gain_low, gain_high : float or None
        Test result minus that of the linear probe, with its 95 % interval.
    recordings : int
        In the test.
    """

    kind: str = ""
    sentence: str = ""
    loss: float | None = None
    chance_loss: float | None = None
    p_chance: float | None = None
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    recordings: int = 0


@dataclass(frozen=True)
class CheckpointRecord:
    """All that is known of a checkpoint.

    Attributes
    ----------
    model, base : str
        The model, and the checkpoint that its training started from.
    base_seed : int
        Of a random start.
    name : str
        What the user calls it; "" for none.
    sha256 : str
        Of the weights file, hex.
    format : int
        Of the training, see `training.record.FORMAT`.
    dataset, split, outcome : dataclasses
    strategy : str
    settings : dict
        `training.settings.TrainSettings.to_dict`.
    warnings, outputs, failures, notes : list of str
        What was to be known before the training, the classifier's outputs, recordings that could not be read, and what
        is to be known of the sound.
    metric : str
        Measure by which the best epoch was chosen.
    curves : list of dict
        Learning rates in turn, see `training.trainer_state.TrainerState.trials`.
    best : dict or None
        "trial" and "epoch" of what was kept.
    test, test_as_paper : dict
        Measures of the test clips, of all and without background; None where that is the same.
    test_per_label : dict
        Average precision of each label.
    probe : dict
        "test" and "valid" measures of the linear probe.
    created : str
        ISO, UTC.
    seconds : float
        That the training took.
    computed_on, precision : str
    versions : dict
        Library to its version.
    parity_before, parity : dict
        How well training and use agreed, before and after it.
    usable : bool
        Whether the checkpoint may be used, and else
    reason : str
        why not.
    head_only : bool
        Whether only a classifier was trained, on the embeddings of `base`: a linear probe as a checkpoint.
    more : dict
        What a record of another version has besides.
    """

    model: str = ""
    base: str = ""
    base_seed: int = 0
    name: str = ""
    sha256: str = ""
    format: int = 0
    dataset: TrainedOn = field(default_factory=TrainedOn)
    split: SplitRecord = field(default_factory=SplitRecord)
    strategy: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    metric: str = ""
    curves: list[dict[str, Any]] = field(default_factory=list)
    best: dict[str, int] | None = None
    test: Measures = field(default_factory=dict)
    test_per_label: Measures = field(default_factory=dict)
    test_as_paper: Measures | None = None
    probe: dict[str, Measures | None] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)
    created: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    precision: str = ""
    computed_on: str = ""
    parity_before: dict[str, Any] | None = None
    parity: dict[str, Any] | None = None
    seconds: float = 0.0
    usable: bool = True
    reason: str = ""
    head_only: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, values: object) -> CheckpointRecord:
        """Read what `to_dict` gave, or another version of it.

        Raises
        ------
        BadInput
            It is no such record: names the entry that is of the wrong kind.
        """
        if not isinstance(values, Mapping):
            raise BadInput("The record of this checkpoint is damaged: it is no list of entries.")
        known = {entry.name for entry in fields(cls)} - {"more"}
        more = {name: value for name, value in values.items() if name not in known}
        return cls(**{**_read(cls, values, ""), "more": more})

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for `from_dict`."""
        values = asdict(self)
        return {**values.pop("more"), **values}


def _read(kind: type, values: Mapping[str, Any], above: str) -> dict[str, Any]:
    """Return the entries of a dataclass that `values` has, each checked."""
    hints = get_type_hints(kind)
    return {
        name: _checked(hints[name], values[name], f"{above}{name}")
        for name in (entry.name for entry in fields(kind))
        if values.get(name) is not None and name != "more"  # null is as if it were not there
    }


def _checked(hint: Any, value: Any, name: str) -> Any:
    """Return a value of JSON as its type hint has it; raises BadInput naming the entry where it is of another kind."""
    if hint is Any:
        return value
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None and NoneType in parts:  # an element of a list or a dict
            return None
        return _checked(next(part for part in parts if part is not NoneType), value, name)
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        return hint(**_read(hint, value, f"{name}."))
    if origin is dict and isinstance(value, Mapping):
        return {str(key): _checked(parts[1], each, f"{name}.{key}") for key, each in value.items()}
    if origin is list and isinstance(value, list | tuple):
        return [_checked(parts[0], each, f"{name}[{i}]") for i, each in enumerate(value)]
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if hint is int and isinstance(value, bool):
        raise _wrong(name, value)
    if isinstance(hint, type) and isinstance(value, hint):
        return value
    raise _wrong(name, value)


def _wrong(name: str, value: object) -> BadInput:
    return BadInput(
        f"The record of this checkpoint is damaged: its entry {name[:80]!r} cannot be {str(value)[:40]!r}."
    )
