"""Where a dataset is embedded by a model, and with which numbers: on this computer, or on the workers of a cluster."""

from __future__ import annotations

import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bioviz.cluster.connect import connect
from bioviz.cluster.survey import fleet
from bioviz.config import settings
from bioviz.datasets.types import Dataset
from bioviz.embedding.keys import Recipe
from bioviz.embedding.spreading.spread import Workers
from bioviz.embedding.stored.sets import open_set
from bioviz.errors import Missing
from bioviz.models import registry
from bioviz.models.devices.device import arithmetic, describe_device, device_of, devices_of, precision_of
from bioviz.models.titles import title_of
from bioviz.progress import Progress

if TYPE_CHECKING:
    from bioviz.models.base import Model


@dataclass(frozen=True)
class OpenFromRegistry:
    """Opens the model of a recipe on a device, with the arithmetic that the recipe names; may be sent to a worker."""

    recipe: Recipe
    device: str

    def __call__(self) -> Model:
        """Raise Missing, BadInput as `registry.open_model`; Missing where the weights are others than the recipe's."""
        recipe = self.recipe
        here = registry.fingerprint(recipe.model, recipe.checkpoint, recipe.seed, recipe.precision)
        if here != recipe.fingerprint:
            raise Missing(
                f"{title_of(recipe.model, recipe.checkpoint)} has other weights on {platform.node()} than where the "
                "work was asked for. Put the same file into the folder for weights there."
            )
        return registry.open_model(
            recipe.model, recipe.checkpoint, seed=recipe.seed, device=self.device, precision=recipe.precision
        )


@dataclass(frozen=True)
class Plan:
    """How a dataset is embedded.

    Attributes
    ----------
    recipe
        What decides the numbers.
    open_model
        Opens the model where it computes.
    computed_on
        A few words for the provenance.
    workers
        Of a cluster; None where this process computes.
    others
        Open the model on further GPUs of this computer, which compute at the same time.

    """

    recipe: Recipe
    open_model: Callable[[], Model]
    computed_on: str
    workers: Workers | None = None
    others: tuple[Callable[[], Model], ...] = ()


def plan_for(
    dataset: Dataset,
    model: str,
    checkpoint: str,
    seed: int,
    device: str | None,
    cluster: str | None,
    progress: Progress,
    is_there: Callable[[], bool] | None = None,
) -> Plan:
    """Settle where a dataset is embedded by a model.

    A cluster is connected to only where something is not there yet. What its workers have decides the numbers.

    Parameters
    ----------
    is_there
        Whether all that is to be computed is there; asked of the embeddings of the dataset if None.

    Raises
    ------
    Missing, BadInput
        As `embed_dataset`; Missing too where Dask is not installed.
    BiovizError
        The cluster cannot be reached, or no worker can compute this.

    """
    card = registry.card(model)
    cluster = settings().cluster if cluster is None else cluster
    is_there = is_there or (lambda: _is_complete(dataset, model, checkpoint, seed))
    if not cluster or is_there():
        first, *further = devices_of(card, device)
        recipe = recipe_for(dataset, model, checkpoint, seed, first)
        words = describe_device(first, recipe.precision)
        others = tuple(opener_of(recipe, each) for each in further)
        computed_on = f"{1 + len(further)} GPUs: {words}" if further else words
        return Plan(recipe, opener_of(recipe, first), computed_on, others=others)
    stage = f"Embedding with {title_of(model, checkpoint)}"
    connection = connect(cluster)
    chosen = fleet(
        connection,
        device or settings().device or None,
        autocast=card.autocast,
        on_processor=card.graph is not None,
        waiting=lambda note: progress.report(stage, 0, len(dataset.clips), "clips", note),
    )
    computes = chosen.computes
    recipe = recipe_for(dataset, model, checkpoint, seed, computes.device, computes.precision)
    workers = Workers(cluster, connection, chosen.among)
    return Plan(recipe, opener_of(recipe, computes.device), chosen.words, workers)


def recipe_for(
    dataset: Dataset, model_name: str, checkpoint: str, seed: int, device: str, precision: str = ""
) -> Recipe:
    """Return what decides the embeddings of a dataset by a model on a device.

    Parameters
    ----------
    precision
        As settled where the device is; settled here if "".

    Raises
    ------
    Missing

    """
    card = registry.card(model_name)
    device = device_of(card, device)
    precision = precision or precision_of(card, device)
    return Recipe(
        model=model_name,
        checkpoint=checkpoint,
        seed=seed,
        precision=precision,
        arithmetic=arithmetic(precision, device),
        fingerprint=registry.fingerprint(model_name, checkpoint, seed, precision),
        identity=registry.fingerprint(model_name, checkpoint, seed, "float32"),
        rate=card.sample_rate or dataset.sample_rate,
        width_s=dataset.plan.width_s,
        dim=card.dim,
        scores=card.graph.scores if card.graph is not None else "",
    )


def opener_of(recipe: Recipe, device: str) -> Callable[[], Model]:
    """Return a function that opens the model of a recipe on a device, with the arithmetic that the recipe names."""
    return OpenFromRegistry(recipe, device)


def _is_complete(dataset: Dataset, model: str, checkpoint: str, seed: int) -> bool:
    there = open_set(dataset, model, checkpoint, seed)
    return there is not None and not there.failures
