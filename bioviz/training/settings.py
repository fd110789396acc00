"""What the user may choose when fine-tuning, and the presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from math import isfinite
from typing import Any

from bioviz.errors import BadInput
from bioviz.store.keys import settle_numbers

LINEAR, FULL, GRADUAL, LORA = "linear", "full", "gradual", "lora"
STRATEGIES = (LINEAR, FULL, GRADUAL, LORA)
SCHEDULES = ("constant", "cosine")
SPLITS = ("dataset", "seeded")
PRECISIONS = ("auto", "float32", "bfloat16")
PROBE, DRAWN = "probe", "random"
HEADS = (PROBE, DRAWN)
FROZEN, FRESH, RUNNING = "frozen", "fresh", "running"
STATISTICS = (FROZEN, FRESH, RUNNING)
ADAPTABLE = ("aves_bio", "aves_all", "swin_s")  # models with attention layers, which adapters go into


@dataclass(frozen=True)
class TrainSettings:
    """Everything but model, checkpoint and dataset that decides a fine-tuning.

    Attributes
    ----------
    strategy
        "linear" trains the classifier on top alone, "full" everything, "gradual" opens the layers from the
        top down, all of them by half of the epochs; "lora" trains low-rank additions to attention layers.
    learning_rates
        Tried in turn, each from the start; the best by validation is kept.
    epochs
        Passes over the training clips, per learning rate.
    batch
        Clips per step.
    weight_decay
        AdamW's; 0 makes it Adam.
    schedule
        "constant", or "cosine" down to zero; before either, `warmup` (share of all steps) rises linearly.
    patience
        Stop after this many epochs without a better validation; 0 never stops early.
    layer_decay
        With "gradual", each layer learns at this multiple of the rate of the layer above it.
    rank
        Of the low-rank additions.
    class_weights
        Rare labels count more, so that all labels count the same.
    background_share
        How much of the background stays in training, 0 to 1; validation and test stay whole.
    remove_everywhere
        The paper's way: all background leaves training, validation and test.
    spec_augment
        Hide a random stretch of time and a random band of frequencies.
    time_shift
        Roll clips in time (what leaves at one end enters at the other) by up to this share of them.
    gain_db
        Make clips louder or softer by up to this many dB.
    mix_background
        Share of clips that get a background clip of the training set mixed in, 0 to 20 dB below.
    split
        "dataset" (its own train, valid and test) or "seeded" (recordings shared out from `split_seed`).
    seed
        Of the classifier's start, order of clips and augmentation.
    precision
        "auto" (as the model computes in use), "float32" or "bfloat16".
    head
        The classifier starts from the linear "probe" solved on the frozen embeddings of the training clips,
        which then counts as epoch 0; or drawn at "random", as in the paper.
    statistics
        Of the batch normalisation. "frozen" leaves those of the start alone; "fresh" collects them anew
        from the training clips after an epoch of few steps, as running means lag behind the weights;
        "running" is the usual way, the paper's.
    dropout
        Whether the network's own dropout is on in training.

    """

    strategy: str = FULL
    learning_rates: tuple[float, ...] = (1e-4,)
    epochs: int = 10
    batch: int = 32
    weight_decay: float = 0.0
    schedule: str = "constant"
    warmup: float = 0.0
    patience: int = 0
    layer_decay: float = 0.7
    rank: int = 8
    class_weights: bool = False
    background_share: float = 1.0
    remove_everywhere: bool = False
    spec_augment: bool = False
    time_shift: float = 0.0
    gain_db: float = 0.0
    mix_background: float = 0.0
    split: str = "dataset"
    split_seed: int = 42
    seed: int = 0
    precision: str = "auto"
    head: str = DRAWN
    statistics: str = FRESH
    dropout: bool = True

    def __post_init__(self) -> None:
        """Raise BadInput on a value that makes no sense."""
        settle_numbers(self)
        for name, allowed in (
            ("strategy", STRATEGIES),
            ("schedule", SCHEDULES),
            ("split", SPLITS),
            ("precision", PRECISIONS),
            ("head", HEADS),
            ("statistics", STATISTICS),
        ):
            if getattr(self, name) not in allowed:
                raise BadInput(f"{name} must be one of {', '.join(allowed)}, not {getattr(self, name)!r}.")
        for name in ("warmup", "background_share", "time_shift", "mix_background", "layer_decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadInput(f"{name} must be between 0 and 1, not {getattr(self, name)}.")
        for name in ("epochs", "batch", "rank"):
            if getattr(self, name) < 1:
                raise BadInput(f"{name} must be at least 1, not {getattr(self, name)}.")
        for name in ("patience", "weight_decay", "gain_db", "seed", "split_seed"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) >= 0):
                raise BadInput(f"{name} must not be below 0, not {getattr(self, name)}.")
        if not self.learning_rates or not all(isfinite(rate) and rate > 0 for rate in self.learning_rates):
            raise BadInput(f"Learning rates must be above 0, not {list(self.learning_rates)}.")

    @property
    def augments(self) -> bool:
        """Whether clips differ from epoch to epoch."""
        return self.spec_augment or self.time_shift > 0 or self.gain_db > 0 or self.mix_background > 0

    def to_dict(self) -> dict[str, object]:
        """JSON-able."""
        return {**asdict(self), "learning_rates": list(self.learning_rates)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TrainSettings:
        """From a plain mapping; what is left out has its default.

        Raises
        ------
        BadInput
            An unknown name or an impossible value.

        """
        values = dict(values)
        if "fresh_statistics" in values:  # of trainings from before `statistics`
            values["statistics"] = FRESH if values.pop("fresh_statistics") else RUNNING
        defaults: dict[str, Any] = {f.name: f.default for f in fields(cls)}
        if unknown := [name for name in values if name not in defaults]:
            raise BadInput(f"Unknown setting {', '.join(map(repr, unknown))}. Known: {', '.join(defaults)}.")
        try:
            own: dict[str, Any] = {name: type(defaults[name])(value) for name, value in values.items()}
            if "learning_rates" in own:
                own["learning_rates"] = tuple(float(rate) for rate in own["learning_rates"])
        except (TypeError, ValueError) as error:
            raise BadInput(f"A setting has a value that cannot be used: {error}.") from error
        return cls(**own)


_FALLING = {"schedule": "cosine", "warmup": 0.1}
_GENTLE = {
    **_FALLING,
    "batch": 32,
    "class_weights": True,
    "head": PROBE,
    "statistics": FROZEN,
    "dropout": False,
}

PRESETS: dict[str, TrainSettings] = {
    "quick": TrainSettings(**_GENTLE, learning_rates=(3e-4,), epochs=5, patience=2),
    "paper": TrainSettings(
        learning_rates=(1e-5, 5e-5, 1e-4), epochs=50, batch=32, statistics=RUNNING, precision="float32"
    ),
    "probe": TrainSettings(
        strategy=LINEAR, learning_rates=(1e-3, 1e-2), epochs=60, patience=15, head=PROBE, statistics=FROZEN
    ),
    "gradual": TrainSettings(**_GENTLE, strategy=GRADUAL, learning_rates=(3e-4,), epochs=12, patience=6),
    "adapters": TrainSettings(**_GENTLE, strategy=LORA, learning_rates=(1e-3,), epochs=12, patience=6),
}
"""For a start with trained weights."""

_UNTRAINED = {
    "head": DRAWN,  # of random features the probe is huge: loss 130 where ln(11) is 2.4, and no epoch mends it
    "batch": 16,
    "time_shift": 0.5,
    "learning_rates": (3e-4,),
    "epochs": 12,
    "patience": 8,
    "statistics": FRESH,
    "dropout": True,
    "weight_decay": 1e-2,
    "spec_augment": True,
}


def preset(name: str, trained_start: bool) -> TrainSettings:
    """Return the settings of a preset, for a start with trained weights or with random ones.

    Random weights have everything to learn: the quick ways get higher rates, more epochs and statistics of their own.
    The paper's protocol and the linear probe are the same for both.
    """
    chosen = PRESETS[name]
    return (
        chosen
        if trained_start or chosen.statistics != FROZEN or name == "probe"
        else replace(chosen, **_UNTRAINED)
    )


def strategies_for(model: str) -> tuple[str, ...]:
    """Return the strategies that a model can be trained with."""
    return STRATEGIES if model in ADAPTABLE else (LINEAR, FULL, GRADUAL)
