"""What a run is of: the settings that decide the map and its scores, and how a link's text becomes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from bioviz.analysis.projection.layouts import METHODS, ProjectionSpec
from bioviz.errors import BadInput
from bioviz.runs.query import Parser, anything, choice, real, switch, whole
from bioviz.store.keys import settle_numbers

LAYOUTS = {
    "started": "right map started from the left one",
    "joint": "both maps laid out together (AlignedUMAP)",
    "own": "each map as it is on its own",
}

SPLITS = ("all", "train", "valid", "test")
METRICS = ("euclidean", "cosine")


@dataclass(frozen=True)
class RunSpec:
    """Names one run.

    Attributes
    ----------
    dataset
        Id of a registered dataset.
    model, checkpoint
        Names of the registry.
    split
        "all", "train", "valid" or "test": the clips that are shown and scored.
    seed
        Of a `random` checkpoint; nothing else depends on it.
    projection
        How the embeddings become a map.
    without_background
        Leave the background clips out of the map and the scores (the paper's "ours").

    """

    dataset: str
    model: str
    checkpoint: str
    split: str = "all"
    seed: int = 0
    projection: ProjectionSpec = field(default_factory=ProjectionSpec)
    without_background: bool = False

    def __post_init__(self) -> None:
        settle_numbers(self)
        if self.split not in SPLITS:
            raise BadInput(f"Unknown split {self.split!r}: choose one of {', '.join(SPLITS)}.")

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able dict for `from_dict`, without settings that the projection's method does not use."""
        return {**asdict(self), "projection": self.projection.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunSpec:
        """Build a spec from `to_dict`, e.g. a job's parameters.

        Raises
        ------
        BadInput
            a setting is missing, unknown or of the wrong kind.

        """
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown or not {"dataset", "model", "checkpoint"} <= set(values):
            raise BadInput(f"A run needs dataset, model and checkpoint, and knows no {sorted(unknown)}.")
        projection = ProjectionSpec.from_dict(values.get("projection", {}))
        return cls(**{**values, "projection": projection})


SEEDS = (0, 2**31 - 1)
N_NEIGHBORS = (2, 1000)
# The least and the greatest that pages and links accept; the names are those of ProjectionSpec.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "n_neighbors": N_NEIGHBORS,
    "min_dist": (0.0, 1.0),
    "perplexity": (1.0, 1000.0),
    "seed": SEEDS,
    "model_seed": SEEDS,
}

# Parameter of a link -> how it is read. Names of ProjectionSpec's settings stand beside RunSpec's; "seed" is the
# projection's, as on the page, and the one of a random checkpoint is "model_seed".
PARSERS: Mapping[str, Parser] = {
    "dataset": anything,  # whether it is there is for the page to find out
    "model": anything,
    "checkpoint": anything,
    "split": choice(*SPLITS),
    "model_seed": whole(*SEEDS),
    "without_background": switch,
    "method": choice(*METHODS),
    "n_neighbors": whole(*N_NEIGHBORS),
    "min_dist": real(*BOUNDS["min_dist"]),
    "perplexity": real(*BOUNDS["perplexity"]),
    "seed": whole(*SEEDS),
    "metric": choice(*METRICS),
}
