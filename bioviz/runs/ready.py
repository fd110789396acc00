"""What can be opened now: which models have their weights here, and which are computed for a dataset already."""

from __future__ import annotations

from dataclasses import dataclass

from bioviz.datasets.types import Dataset
from bioviz.embedding.stored.sets import is_there
from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.models.base import FINETUNED, NONE, PRETRAINED, CheckpointState


@dataclass(frozen=True)
class Readiness:
    """A checkpoint of a model, and how soon it can be looked at.

    Attributes
    ----------
    model, checkpoint
        Names of the registry.
    state
        Whether its weights are here.
    computed
        Its embeddings of the dataset are in the cache.

    """

    model: str
    checkpoint: str
    state: CheckpointState
    computed: bool

    @property
    def mark(self) -> str:
        """One or two words for a picker."""
        if not self.state.available:
            return "weights missing"
        return "computed" if self.computed else "ready"

    @property
    def symbol(self) -> str:
        """The mark in one letter, for where there is no room for words."""
        return {"computed": "●", "ready": "○"}.get(self.mark, "✕")

    @property
    def kind(self) -> int:
        """0 for pretrained weights, then fine-tuned ones, none needed, and (4) a random start."""
        if self.checkpoint.startswith(FINETUNED):
            return 1
        return {PRETRAINED: 0, NONE: 2}.get(self.checkpoint, 4)

    @property
    def is_for_demo(self) -> bool:
        return self.checkpoint == PRETRAINED and registry.card(self.model).for_demo

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """The lower the better: computed, then trained weights, none needed, a random start, made for the demo."""
        unasked = 5 if self.is_for_demo and not self.computed else self.kind
        return not self.computed, not self.state.available, unasked


def checkpoints(model: str, dataset: Dataset | None = None, seed: int = 0) -> list[Readiness]:
    """Return the checkpoints of a model, the best to open first.

    Parameters
    ----------
    dataset
        For which something may be computed; None where none is meant.
    seed
        Of the random checkpoint.

    Raises
    ------
    Missing
        No such model.

    """
    readiness = [_readiness(model, name, dataset, seed) for name in registry.checkpoints(model)]
    # A model with weights opens with them, whatever else of it is computed.
    return sorted(readiness, key=lambda each: (not each.state.available, each.kind, not each.computed))


def models(dataset: Dataset | None = None, seed: int = 0) -> list[Readiness]:
    """Return the best checkpoint of every model, the best model first."""
    best = [checkpoints(card.name, dataset, seed)[0] for card in registry.list_models()]
    return sorted(best, key=lambda each: each.rank)


def everything(dataset: Dataset | None = None, seed: int = 0) -> list[Readiness]:
    """All checkpoints of all models, the best first."""
    readiness = [each for card in registry.list_models() for each in checkpoints(card.name, dataset, seed)]
    return sorted(readiness, key=lambda each: each.rank)


def _readiness(model: str, checkpoint: str, dataset: Dataset | None, seed: int) -> Readiness:
    state = registry.checkpoint_state(model, checkpoint)
    return Readiness(
        model, checkpoint, state, state.available and _is_computed(dataset, model, checkpoint, seed)
    )


def _is_computed(dataset: Dataset | None, model: str, checkpoint: str, seed: int) -> bool:
    if dataset is None:
        return False
    try:
        return is_there(dataset, model, checkpoint, seed if checkpoint == registry.RANDOM else 0)
    except BiovizError:  # weights that are damaged or others: opening them says so
        return False
