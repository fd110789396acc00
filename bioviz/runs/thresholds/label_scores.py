"""A model's scores for the labels of a dataset: of its file's classifier, or of the head of a checkpoint made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.thresholds.match import matched, of_labels
from bioviz.datasets.types import Dataset
from bioviz.embedding.keys import Recipe
from bioviz.embedding.pipeline import embed_dataset, recipe_for, score_dataset
from bioviz.embedding.scores import open_scores, width_of
from bioviz.embedding.stored.sets import EmbeddingSet, open_set
from bioviz.errors import BiovizError, Missing
from bioviz.models import finetuned, registry
from bioviz.models.base import FINETUNED
from bioviz.models.checkpoints import get as checkpoint_of
from bioviz.models.devices.device import device_of
from bioviz.models.head import Head, read_head
from bioviz.models.score_names import has_scores, named, score_names
from bioviz.progress import Progress
from bioviz.runs import stages
from bioviz.runs.thresholds.score_mapping import read_mapping
from bioviz.store.keys import Stored, key_of

VERSION = 1
"""Raised when scores are mapped to labels in another way."""
STAGE = "label_scores"


@dataclass(frozen=True)
class Scored:
    """Which scores of a model stand for which labels.

    Attributes
    ----------
    dataset, model, checkpoint, seed
        Whose.
    labels
        The labels asked for.
    names
        Of the model's scores, in their order; () where they are not known before it has scored something.
    mapping
        Label to names of scores.
    scale
        "logit", "probability" or "".
    given
        Whether the mapping was given, of thresholds that are applied, and is not made here.

    """

    dataset: Dataset
    model: str
    checkpoint: str
    seed: int
    labels: tuple[str, ...]
    names: tuple[str, ...]
    mapping: Mapping[str, tuple[str, ...]]
    scale: str
    given: bool = False


@dataclass(frozen=True)
class LabelScoresInputs:
    """What the scores of the labels follow from.

    Attributes
    ----------
    embeddings
        Key of the embedding set: clips, model and numbers computed with.
    source
        Tensor of the file, or checksum of the checkpoint whose head it is.
    labels, names, mapping
        See `Scored`.

    """

    embeddings: str
    source: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    mapping: Mapping[str, tuple[str, ...]]


def gives_scores(model: str, checkpoint: str) -> bool:
    """Whether a checkpoint has a classifier that bioviz can read. Raises nothing."""
    try:
        if checkpoint.startswith(FINETUNED):
            return bool(checkpoint_of(checkpoint.removeprefix(FINETUNED)).record.outputs)
        return has_scores(registry.card(model))
    except BiovizError:
        return False


def scored(
    dataset: Dataset,
    model: str,
    checkpoint: str,
    seed: int = 0,
    labels: tuple[str, ...] | None = None,
    mapping: Mapping[str, tuple[str, ...]] | None = None,
) -> Scored:
    """Match the scores of a model to labels: as the user mapped them, the others by name.

    Parameters
    ----------
    labels, mapping
        Those of a threshold that is applied; of the dataset if None.

    Raises
    ------
    Missing
        The model gives no scores.

    """
    if not gives_scores(model, checkpoint):
        raise Missing(
            f"{registry.card(model).title} ({checkpoint}) gives no scores. Choose a model with a classifier, or train "
            "a head on its embeddings."
        )
    labels = dataset.labels if labels is None else labels
    if checkpoint.startswith(FINETUNED):
        names = tuple(checkpoint_of(checkpoint.removeprefix(FINETUNED)).record.outputs)
        scale = "logit"
    else:
        card = registry.card(model)
        width = width_of(dataset, _recipe(dataset, model, checkpoint, seed))
        names = score_names(card) if width is None else named(card, width)
        scale = "" if card.graph is None else card.graph.scale
    given = mapping is not None
    if mapping is None:
        mapping = matched(labels, names) | read_mapping(dataset.id, model, checkpoint)
    return Scored(dataset, model, checkpoint, seed, labels, names, mapping, scale, given)


def label_scores(asked: Scored, embeddings: EmbeddingSet) -> Stored[np.ndarray]:
    """Name the (N, L) float32 scores of all clips of a dataset; they are there once `compute_label_scores` ran."""
    head = _head(asked)
    source = registry.card(asked.model).graph
    inputs = LabelScoresInputs(
        embeddings.key,
        _sha256(asked.checkpoint) if head else source.scores if source else "",
        asked.labels,
        asked.names,
        {label: tuple(asked.mapping.get(label, ())) for label in asked.labels},
    )
    key = key_of(STAGE, VERSION, inputs)

    def load() -> np.ndarray:
        read = stages.read(STAGE, key, "scores")
        if read is None:
            raise Missing("The scores are no longer in the cache. Compute the thresholds again.")
        return read[0]

    return Stored(key, load)


def compute_label_scores(asked: Scored, device: str | None, progress: Progress) -> Stored[np.ndarray]:
    """Compute the scores of all clips of a dataset where they are missing, and keep those of the labels.

    Raises
    ------
    Missing, BadInput, Cancelled, DiskFull
        As `embed_dataset`.

    """
    dataset = asked.dataset
    embeddings = open_set(dataset, asked.model, asked.checkpoint, asked.seed) or embed_dataset(
        dataset, asked.model, asked.checkpoint, seed=asked.seed, device=device, progress=progress
    )
    stored = label_scores(asked, embeddings)
    if stages.read_meta(STAGE, stored.key) is not None:
        return stored
    head = _head(asked)
    if head is not None:
        values = of_labels(
            head.scores(np.asarray(embeddings.matrix)), head.names, asked.labels, asked.mapping
        )
        values[~np.asarray(embeddings.valid)] = np.nan
    else:
        used = device_of(registry.card(asked.model), device)
        recipe = _recipe(dataset, asked.model, asked.checkpoint, asked.seed, used)
        score_dataset(dataset, recipe, used, progress)
        width = width_of(dataset, recipe)
        if width != len(
            asked.names
        ):  # now it is known how many there are: a list of another length is of others
            own = asked.mapping if asked.given else None
            asked = scored(dataset, asked.model, asked.checkpoint, asked.seed, asked.labels, own)
            stored = label_scores(asked, embeddings)
        failed = frozenset(failure.file for failure in embeddings.failures)

        def take(block: np.ndarray) -> np.ndarray:
            return of_labels(block, asked.names, asked.labels, asked.mapping)

        read = open_scores(dataset, recipe, take, failed)
        if read is None:
            raise Missing(
                "Scores that were just computed are gone again. Check the disk and the cache limit."
            )
        values = read
    stages.save(STAGE, stored.key, {"scores": values}, {"labels": list(asked.labels)})
    return stored


def _recipe(dataset: Dataset, model: str, checkpoint: str, seed: int, device: str = "cpu") -> Recipe:
    return recipe_for(dataset, model, checkpoint, seed, device)


def _sha256(checkpoint: str) -> str:
    return finetuned.find(checkpoint).sha256


def _head(asked: Scored) -> Head | None:
    if not asked.checkpoint.startswith(FINETUNED):
        return None
    trained = finetuned.find(asked.checkpoint)
    record = checkpoint_of(asked.checkpoint.removeprefix(FINETUNED)).record
    return read_head(trained.path, trained.sha256, record)
