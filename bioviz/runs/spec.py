"""What a run is of: the settings that decide the map and its scores, and their way through a URL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from bioviz.analysis.projection import ProjectionSpec
from bioviz.errors import BadInput

SPLITS = ("all", "train", "valid", "test")
METHODS = ("umap", "tsne", "pca")
METRICS = ("euclidean", "cosine")


@dataclass(frozen=True)
class RunSpec:
    """Names one run.

    Attributes:
        dataset: id of a registered dataset.
        model, checkpoint: names of the registry.
        split: "all", "train", "valid" or "test": the clips that are shown and scored.
        seed: of a `random` checkpoint; nothing else depends on it.
        projection: how the embeddings become a map.
        without_background: leave the background clips out of the map and the scores (the paper's "ours").
    """

    dataset: str
    model: str
    checkpoint: str
    split: str = "all"
    seed: int = 0
    projection: ProjectionSpec = field(default_factory=ProjectionSpec)
    without_background: bool = False

    def __post_init__(self) -> None:
        if self.split not in SPLITS:
            raise BadInput(f"Unknown split {self.split!r}: choose one of {', '.join(SPLITS)}.")

    def to_dict(self) -> dict[str, Any]:
        """A JSON-able dict for `from_dict`, without settings that the projection's method does not use."""
        return {**asdict(self), "projection": self.projection.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunSpec:
        """Build a spec from `to_dict`, e.g. a job's parameters.

        Raises:
            BadInput: a setting is missing, unknown or of the wrong kind.
        """
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown or not {"dataset", "model", "checkpoint"} <= set(values):
            raise BadInput(f"A run needs dataset, model and checkpoint, and knows no {sorted(unknown)}.")
        projection = ProjectionSpec.from_dict(values.get("projection", {}))
        return cls(**{**values, "projection": projection})

    def to_query(self) -> dict[str, str]:
        """Query parameters that name this run; what has its usual value is left out."""
        flat, usual = _flat(self), _flat(RunSpec("", "", ""))
        return {name: _text(value) for name, value in flat.items() if value != usual[name]}

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> tuple[RunSpec, list[str]]:
        """Read `to_query` back; other parameters are left alone.

        Returns:
            The spec, with "" for a dataset, model or checkpoint that is not named, and a sentence for every
            value that cannot be used (its usual value stands in).
        """
        values, messages = _flat(cls("", "", "")), []
        for name, parse in _PARSERS.items():
            if name in query:
                try:
                    values[name] = parse(str(query[name]))
                except ValueError as error:
                    messages.append(f"The link's {name} “{str(query[name])[:40]}” was ignored: {error}.")
        return _unflat(values), messages


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"it must be one of {', '.join(allowed)}")
        return text

    return parse


def _number(kind: type, low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:  # NaN fails the comparison too
            raise ValueError(f"it must be a number from {low} to {high}")
        return value

    return parse


def _name(text: str) -> str:
    if not re.fullmatch(r"[\w.:+-]{1,120}", text):
        raise ValueError("it is not a name")
    return text


def _switch(text: str) -> bool:
    return _choice("0", "1")(text) == "1"


# Query parameter -> how it is read. Names of ProjectionSpec's settings stand beside RunSpec's; "seed" is the
# projection's, as on the page, and the one of a random checkpoint is "model_seed".
_PARSERS: dict[str, Callable[[str], Any]] = {
    "dataset": _name,
    "model": _name,
    "checkpoint": _name,
    "split": _choice(*SPLITS),
    "model_seed": _number(int, 0, 2**31 - 1),
    "without_background": _switch,
    "method": _choice(*METHODS),
    "n_neighbors": _number(int, 2, 1000),
    "min_dist": _number(float, 0.0, 1.0),
    "perplexity": _number(float, 1.0, 1000.0),
    "seed": _number(int, 0, 2**31 - 1),
    "metric": _choice(*METRICS),
}


def _flat(spec: RunSpec) -> dict[str, Any]:
    own = asdict(spec)
    projection = own.pop("projection")
    return {**own, "model_seed": own.pop("seed"), **projection}


def _unflat(values: Mapping[str, Any]) -> RunSpec:
    names = [f.name for f in fields(ProjectionSpec)]
    own = {name: value for name, value in values.items() if name not in names and name != "model_seed"}
    projection = ProjectionSpec(**{name: values[name] for name in names})
    return RunSpec(**own, seed=values["model_seed"], projection=projection)


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
