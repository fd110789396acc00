"""A finished run of any number of clips, written stage by stage without computing: to see what pages do with it.

Its map, clusters and neighbors are made up, so nothing that a page says of them means anything:
python -m tests.bench.large_run CLIPS FOLDER (a cache of its own).
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import soundfile

PER_RECORDING = 1000
LABELS = ("boobook", "frog", "gibbon", "owlet", "whistler", "wren")
NEIGHBORS = 5


def _dataset(folder: Path, clips: int, rng: np.random.Generator):
    from bioviz.datasets import library
    from bioviz.datasets.build import build_dataset
    from bioviz.datasets.types import Clips

    sounds = folder / "sounds"
    for label in LABELS:
        (sounds / label).mkdir(parents=True, exist_ok=True)
        soundfile.write(sounds / label / "one.wav", rng.normal(0, 0.1, 16_000), 8_000, subtype="PCM_16")
    small = build_dataset(sounds, name=f"{clips:,} clips")
    first = small.recordings[0]
    count = -(-clips // PER_RECORDING)
    recordings = tuple(
        replace(
            first,
            name=f"site {k % 12}/night {k:05d}.wav",
            content_hash=f"{k:064x}",
            site=f"site {k % 12}",
            recorded_at=datetime(2024, 5, 1, 20) + timedelta(hours=7 * k),
        )
        for k in range(count)
    )
    at = np.arange(clips)
    start = (at % PER_RECORDING).astype(np.float64)
    labels = np.zeros((clips, len(LABELS)), dtype=bool)
    called = np.flatnonzero(rng.random(clips) < 0.12)
    labels[called, rng.integers(0, len(LABELS), len(called))] = True
    made = Clips(
        (at // PER_RECORDING).astype(np.int32), start, start + 1, labels, np.full(clips, "", dtype="U5")
    )
    dataset = replace(small, recordings=recordings, annotations=(), clips=made, labels=LABELS)
    library.save(dataset)
    return dataset


def _stages(dataset, clips: int, rng: np.random.Generator):
    from bioviz.analysis.misclustered.chance import placement_chance
    from bioviz.analysis.misclustered.placement import placement
    from bioviz.analysis.scores.matching import match
    from bioviz.embedding.stored.sets import _folder, open_set, write_set
    from bioviz.runs import RunSpec, stages
    from bioviz.runs.compute import provenance
    from bioviz.runs.opening import keys_of
    from bioviz.runs.run import ALL, ELSEWHERE, SCORES

    spec = RunSpec(dataset.id, "acoustic_features", "none")
    from bioviz.models import registry

    width = registry.card(spec.model).dim
    parts = (
        (rows, rng.normal(size=(len(rows), width)).astype(np.float32))
        for rows in np.array_split(np.arange(clips), -(-clips // 100_000))
    )
    folder = _folder(dataset, spec.model, spec.checkpoint, spec.seed)
    write_set(folder, (clips, width), parts, key="made up", provenance={"made": "up"})
    embeddings = open_set(dataset, spec.model, spec.checkpoint, spec.seed)
    rows, targets = np.arange(clips), dataset.targets
    keys = keys_of(dataset, embeddings, rows, spec, stages.ways_to_search(clips)[-1])
    nearest = rng.integers(0, clips, (clips, NEIGHBORS), dtype=np.int32)
    distances = np.sort(rng.random((clips, NEIGHBORS), dtype=np.float32), axis=1)
    arrays = dict(zip((*ALL, *ELSEWHERE), (nearest, distances) * 2, strict=True))
    stages.save(
        "neighbors", keys.neighbors, arrays, {"k": NEIGHBORS, "metric": "euclidean", "approximate": True}
    )
    # A map as large ones look: a broad ground of background with ridges, calls in islands, some calls in the ground.
    places = rng.normal(0, 5, (40, 2)) * (1.6, 1.0)
    at = places[rng.integers(0, 40, clips)] + rng.normal(0, 1.1, (clips, 2))
    islands = np.array(
        [(np.cos(a) * 14, np.sin(a) * 9) for a in np.linspace(0, 6.283, len(LABELS), endpoint=False)]
    )
    own = (targets > 0) & (rng.random(clips) < 0.8)
    at[own] = islands[targets[own] - 1] + rng.normal(0, 0.9, (own.sum(), 2)) * (1.5, 0.8)
    xy = at.astype(np.float32)
    stages.save("projection", keys.projection, {"xy": xy}, {"spec": spec.projection.to_dict()})
    centres = np.concatenate([[(0, 0)], islands])
    clusters = ((xy[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1).astype(np.int32)
    matched = match(clusters, targets, len(dataset.target_names))
    placed = placement(clusters, dataset.clips.labels)
    chance = placement_chance(clusters, dataset.clips.labels, dataset.groups, placed)
    about = {
        "spec": spec.to_dict(),
        "scores": {"nmi": 0.5, "ari": 0.5, "silhouette": None, "k": len(centres), "notes": {}},
        "chance": chance.to_dict(),
        "provenance": provenance(dataset, embeddings, rows, spec, {}),
    }
    named = dict(zip(SCORES, (clusters, matched.table, matched.assigned), strict=True))
    stages.save("scores", keys.scores, named, about)
    return spec


def make(clips: int, cache: Path):
    """Return the spec of a run of so many clips in a cache that BIOVIZ_CACHE names."""
    rng = np.random.default_rng(0)
    dataset = _dataset(cache, clips, rng)
    return _stages(dataset, clips, rng)


if __name__ == "__main__":
    os.environ["BIOVIZ_CACHE"] = sys.argv[2]
    os.environ["BIOVIZ_DATA"] = sys.argv[2]
    made = make(int(sys.argv[1]), Path(sys.argv[2]))
    from bioviz import runs

    opened = runs.open_run(made)
    assert opened is not None
    print(made.dataset, made.model, len(opened))
