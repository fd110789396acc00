"""Simulated datasets: embeddings, labels and properties of the sound drawn directly, so that the truth is known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from bioviz.analysis.diagnosis.diagnose import Diagnosis, diagnose
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.verdict.clause import Clause
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.neighbors.knn import knn_both

PROPERTIES = (
    "snr_db",
    "level_dbfs",
    "flatness",
    "peak_hz",
    "bandwidth_hz",
    "crest",
    "entropy",
    "clipped_share",
)


@dataclass(frozen=True)
class World:
    """A dataset of n clips.

    Attributes:
        x: (n, d) float32 embedding. targets: (n,) int, 0 background. recording: (n,) int.
        labels: number of labels. acoustic: columns of properties. site, hour: (n,) int, or None.
    """

    x: np.ndarray
    targets: np.ndarray
    recording: np.ndarray
    labels: int
    acoustic: dict[str, np.ndarray] = field(default_factory=dict)
    site: np.ndarray | None = None
    hour: np.ndarray | None = None

    @property
    def label_matrix(self) -> np.ndarray:
        return np.eye(self.labels + 1, dtype=bool)[self.targets][:, 1:]

    @property
    def names(self) -> tuple[str, ...]:
        return ("background", *(f"species {i + 1}" for i in range(self.labels)))

    def diagnose(self, k: int = 20, kept: int = 50) -> Diagnosis:
        """As the page does it: `kept` neighbors are in the graphs, `k` are looked at."""
        graphs = knn_both(self.x, min(kept, len(self.x) - 1), self.recording)
        inputs = DiagnosisInputs(
            self.x,
            *graphs,
            self.targets,
            self.label_matrix,
            self.names,
            self.recording,
            self.site,
            self.hour,
            acoustic=self.acoustic,
            k=k,
        )
        return diagnose(inputs)

    def verdict(self) -> list[Clause]:
        return verdict(self.diagnose())

    def with_properties(self, rng: np.random.Generator) -> World:
        """With properties of the sound that have nothing to do with labels or embedding."""
        return replace(self, acoustic=properties(rng, self.recording))


def recordings(n_recordings: int, clips: int) -> np.ndarray:
    """(n,) recording of each clip."""
    return np.repeat(np.arange(n_recordings), clips)


def properties(rng: np.random.Generator, recording: np.ndarray) -> dict[str, np.ndarray]:
    """Columns that go with each other, and of which half of the variance is the recording's."""
    n, m = len(recording), len(PROPERTIES)
    mixing = rng.normal(size=(m, m)) / np.sqrt(m) + np.eye(m)
    own = rng.normal(size=(n, m)) + rng.normal(size=(recording.max() + 1, m))[recording]
    return dict(zip(PROPERTIES, (own @ mixing).T, strict=True))


def targets(rng: np.random.Generator, recording: np.ndarray, labels: int, background: float) -> np.ndarray:
    """(n,) targets drawn clip by clip."""
    n = len(recording)
    return np.where(rng.random(n) < background, 0, rng.integers(1, labels + 1, n))


def embedding(
    rng: np.random.Generator,
    place: np.ndarray,
    recording: np.ndarray,
    apart: float = 8.0,
    leak: float = 1.0,
    width: int = 16,
) -> np.ndarray:
    """(n, width) float32: clips of the same `place` (n,) lie together; those of a recording share an offset.

    Args:
        apart: distance of the places from the middle, in units of the clips' own spread. leak: size of the
            recordings' offsets likewise.
    """
    x = apart * np.eye(max(width, int(place.max()) + 1))[place][:, :width]
    x += rng.normal(size=x.shape) + leak * rng.normal(size=(int(recording.max()) + 1, width))[recording]
    return x.astype(np.float32)


def said(clauses: list[Clause], kind: str, text: str = "") -> bool:
    """Whether a claim of that kind, with that text in it, is among the clauses."""
    return any(clause.claim and clause.kind == kind and text in clause.text for clause in clauses)
