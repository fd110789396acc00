"""What a study is asked to do: which models from which start, on which datasets, drawn how and with which seeds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.errors import BadInput
from bioviz.models import finetuned, registry
from bioviz.models.base import FINETUNED as TRAINED
from bioviz.models.base import NONE, PRETRAINED, RANDOM
from bioviz.store.keys import settle_numbers
from bioviz.study.scores import MEASURES, Contender, Start
from bioviz.training.settings import PRESETS, TrainSettings, preset

MAPS: Mapping[str, ProjectionSpec] = {
    "umap-50-0.1": ProjectionSpec(n_neighbors=50, min_dist=0.1),
    "umap-50-0.5": ProjectionSpec(n_neighbors=50, min_dist=0.5),
    "umap-100-0.5": ProjectionSpec(n_neighbors=100, min_dist=0.5),
    "tsne-25": ProjectionSpec(method="tsne", perplexity=25),
    "pca": ProjectionSpec(method="pca"),
}
"""The paper's settings, and principal components; clusters of the embedding itself ("none") always come too."""
QUICK_MAPS = ("umap-50-0.1",)
PAPER_SEED = 42  # of the map at seed 0, as in the paper
SPLITS = ("test", "all")
FINETUNED = "finetuned"

_ENTRY = re.compile(
    rf"(?P<model>[^:]+):(?P<checkpoint>({TRAINED})?[^:]+)(:{FINETUNED}(:(?P<share>[0-9]*\.?[0-9]+))?)?"
)
BASELINES = ("alexnet", "resnet18", "resnet50", "resnet152", "swin_s")
"""Of the paper: networks for pictures, whose trained weights are ImageNet's."""
IMAGENET = (*BASELINES, "timm_convnext_atto")
"""Cards whose trained weights are ImageNet's; of a network of timm that was added nobody knows."""
_AUDIO = ("Trained on AudioSet", "Self-supervised on animal sounds", "Bird sound models (files)")  # families


@dataclass(frozen=True)
class Entry:
    """A model in the grid.

    Attributes
    ----------
    model, checkpoint : str
        What it starts from, as the registry names it.
    share : float or None
        Fine-tuned on the training clips of each dataset with this share of their background; None for frozen.

    """

    model: str
    checkpoint: str
    share: float | None = None

    @classmethod
    def parse(cls, text: str) -> Entry:
        """Read "model:checkpoint", "model:checkpoint:finetuned" or "model:checkpoint:finetuned:SHARE".

        A checkpoint that was fine-tuned before ("ft:ID") is scored as it is.

        Raises
        ------
        BadInput
            It is none of these, or the share is above 1; or a checkpoint fine-tuned before is of another model, has
            but a classifier of its own, or is asked to be fine-tuned again.
        Missing
            No such model or checkpoint.

        """
        match = _ENTRY.fullmatch(text)
        if match is None:
            raise BadInput(
                f"{text[:60]!r} is no model of a study. Write model:checkpoint, as in gpv_teacher2:pretrained, or "
                "model:checkpoint:finetuned, with the share of background after it, as in resnet18:random:finetuned:0."
            )
        share = None
        if f":{FINETUNED}" in text:
            share = float(match["share"] or 1)
            if share > 1:
                raise BadInput(f"The share of background is from 0 to 1, not {share:g}.")
        entry = cls(match["model"], match["checkpoint"], share)
        card = registry.card(entry.model)
        if entry.is_trained:
            _check_trained(entry)
            return entry
        if entry.checkpoint not in card.checkpoints:
            raise BadInput(
                f"A study starts {card.title} from {', '.join(card.checkpoints)}, not from {entry.checkpoint[:40]!r}."
            )
        if share is not None and not card.trainable:
            raise BadInput(f"{card.title} cannot be fine-tuned here. Take it frozen.")
        return entry

    def __str__(self) -> str:
        tail = "" if self.share is None else f":{FINETUNED}" + ("" if self.share == 1 else f":{self.share:g}")
        return f"{self.model}:{self.checkpoint}{tail}"

    @property
    def is_trained(self) -> bool:
        """Whether it is a checkpoint that was fine-tuned before, and not in this grid."""
        return self.checkpoint.startswith(TRAINED)

    @property
    def contender(self) -> Contender:
        if self.is_trained:
            return Contender(self.model, "other", checkpoint=self.checkpoint)
        if self.share is None:
            return Contender(self.model, self._start)
        return Contender(self.model, self._start, "fine-tuned", self.share)

    @property
    def _start(self) -> Start:
        if self.checkpoint in (RANDOM, NONE):
            return "random" if self.checkpoint == RANDOM else "features"
        card = registry.card(self.model)
        if self.checkpoint != PRETRAINED or card.for_demo:
            return "other"
        return "images" if self.model in IMAGENET else "audio" if card.family in _AUDIO else "other"


def _check_trained(entry: Entry) -> None:
    """Raise BadInput or Missing for a checkpoint fine-tuned before that cannot be an entry."""
    trained = finetuned.find(entry.checkpoint)
    if trained.model != entry.model:
        raise BadInput(f"The checkpoint {entry.checkpoint} is of {trained.model}, not of {entry.model}.")
    if trained.head_only:
        raise BadInput(
            f"{entry.checkpoint} is a classifier on the embeddings of {trained.base} as they are. Take that instead."
        )
    if entry.share is not None:
        raise BadInput(f"{entry.checkpoint} is fine-tuned already. Take it as it is.")


@dataclass(frozen=True)
class StudySpec:
    """A grid.

    Attributes
    ----------
    datasets : tuple of str
        Ids.
    entries : tuple of str
        Models with their start and training (`Entry.parse`).
    maps : tuple of str
        Of `MAPS`.
    seeds : tuple of int
        Each gives maps, random starts and trainings of its own; at 0 maps have the paper's seed.
    measures : tuple of str
        Of `scores.MEASURES`.
    split : str
        "test": the test clips of each dataset, all clips where it has no split; "all": all clips.
    preset : str
        Of the fine-tuning.
    k : int
        Neighbors looked at.

    """

    datasets: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    maps: tuple[str, ...] = QUICK_MAPS
    seeds: tuple[int, ...] = (0,)
    measures: tuple[str, ...] = MEASURES
    split: str = "test"
    preset: str = "quick"
    k: int = 20

    def __post_init__(self) -> None:
        """Raise BadInput on a value that makes no sense."""
        settle_numbers(self)
        for name, allowed in (("maps", MAPS), ("measures", MEASURES)):
            if unknown := [value for value in getattr(self, name) if value not in allowed]:
                raise BadInput(f"Unknown {name}: {', '.join(unknown)}. There are {', '.join(allowed)}.")
        if self.split not in SPLITS or self.preset not in PRESETS:
            raise BadInput(
                f"The split is one of {', '.join(SPLITS)}, the preset one of {', '.join(PRESETS)}."
            )
        if not self.maps or not self.seeds or not self.measures:
            raise BadInput("A study needs a map, a seed and a measure.")
        if not all(0 <= seed < 2**31 - PAPER_SEED for seed in self.seeds) or not 1 <= self.k <= 100:
            raise BadInput("Seeds are whole numbers from 0, and 1 to 100 neighbors are looked at.")
        for name in ("datasets", "entries", "maps", "seeds", "measures"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise BadInput(f"One of the {name} stands there twice.")

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for `from_dict`."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StudySpec:
        """Return what `to_dict` gave, such as from a file of the user.

        Raises
        ------
        BadInput
            A setting is unknown, of the wrong kind or out of range.

        """
        known = {field.name: field.default for field in fields(cls)}
        if unknown := sorted(set(values) - set(known)):
            raise BadInput(f"A study knows no setting {', '.join(map(repr, unknown))}.")
        read: dict[str, Any] = {}
        for name, value in values.items():
            kind = {"seeds": int, "k": int}.get(name, str)
            several = isinstance(known[name], tuple)
            parts = value if several and isinstance(value, list | tuple) else [value]
            if isinstance(value, list | tuple) != several or not all(
                isinstance(part, kind) and not isinstance(part, bool) for part in parts
            ):
                raise BadInput(f"The setting {name} of a study cannot be {str(value)[:60]}.")
            read[name] = tuple(parts) if several else value
        return cls(**read)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every dataset with every model and seed, in the order in which they are computed."""
        return tuple(
            Cell(dataset, Entry.parse(entry), seed)
            for seed in self.seeds
            for dataset in self.datasets
            for entry in self.entries
        )

    def training(self, entry: Entry, seed: int) -> TrainSettings:
        """Return the settings with which an entry is fine-tuned."""
        chosen = preset(self.preset, trained_start=entry.checkpoint != RANDOM)
        return replace(chosen, background_share=1.0 if entry.share is None else entry.share, seed=seed)


@dataclass(frozen=True)
class Cell:
    """A model on a dataset with a seed."""

    dataset: str
    entry: Entry
    seed: int

    @property
    def key(self) -> str:
        """Its name in documents."""
        return f"{self.dataset} {self.entry} {self.seed}"


def projection(name: str, seed: int) -> ProjectionSpec:
    """Return the settings of a map of `MAPS`; PCA has no seed."""
    return replace(MAPS[name], seed=PAPER_SEED + seed)
