"""Do calls that nobody boxed come before clips checked to be free? `python -m tests.calibration.missed`.

The calls of `harder/boobook_unmarked` that were seen in spectrograms are held against the clips that its authors
checked. Diagnose ranks by the embedding; beside it stands the sound itself, held against the annotated calls of other
original recordings in the band of their boxes. Few clips were checked, so the figures are rough.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from bioviz.audio.decode import load_clip
from bioviz.audio.measures.cells import spectrogram
from bioviz.audio.measures.noise_floor import bands_for
from bioviz.datasets.types import Dataset
from tests.calibration.material import in_bands
from tests.calibration.sources import HARDER, RATE
from tests.calibration.templates import FRAMES, STEP, centred, resemblance
from tests.calibration.verdicts import MODELS, sets
from tests.conftest import REAL_DATA

UNMARKED = HARDER / "boobook_unmarked"
EDGE_S = 0.2
"""A call nearer to a clip's edge is not taken to be in it."""
BEST = 5
FRAME_S = 0.01 * STEP


def main() -> None:
    work = Path(tempfile.mkdtemp(prefix="bioviz-missed-"))
    os.environ.setdefault("BIOVIZ_CACHE", str(work / "cache"))
    os.environ.setdefault("BIOVIZ_WEIGHTS", str(REAL_DATA / "weights"))
    os.environ["BIOVIZ_DATA"] = os.pathsep.join((str(work), str(REAL_DATA)))
    try:
        show(dict(sets(work))["boobook_all"])
    finally:
        shutil.rmtree(work, ignore_errors=True)


def show(folder: Path) -> None:
    from bioviz import runs
    from bioviz.analysis.projection.layouts import ProjectionSpec
    from bioviz.analysis.scores.call_score import call_scores
    from bioviz.datasets import library
    from bioviz.datasets.build import build_dataset

    dataset = build_dataset(folder, name="boobook_all")
    library.save(dataset)
    seen, free = seen_and_free(dataset)
    print(
        f"{seen.sum()} clips with a seen call, {free.sum()} checked to be free\n| ranked by | AUROC |\n|---|---|"
    )
    by_sound = by_templates(dataset)
    print(f"| annotated calls as templates | {auroc(by_sound, seen, free):.2f} |", flush=True)
    for model, checkpoint in MODELS:
        run = runs.compute_run(runs.RunSpec(dataset.id, model, checkpoint, projection=ProjectionSpec("pca")))
        scores = np.full(len(dataset.clips), np.nan)
        file = dataset.clips.recording[run.rows]
        scores[run.rows] = call_scores(
            np.asarray(run.embedding), np.asarray(run.targets) > 0, run.groups, file
        )
        print(f"| the queue of Diagnose, {model} | {auroc(scores, seen, free):.2f} |", flush=True)


def auroc(scores: np.ndarray, seen: np.ndarray, free: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(seen[seen | free], scores[seen | free]))


def seen_and_free(dataset: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """((n,) bool clips that hold a seen call, (n,) bool clips within a checked stretch, far from any)."""
    clips = dataset.clips
    names = np.array([Path(r.path).name for r in dataset.recordings])[clips.recording]
    seen, near, free = np.zeros((3, len(clips)), dtype=bool)
    for row in _rows(UNMARKED / "unmarked_calls_seen.csv.orig"):
        at, own = float(row["at_s"]), names == Path(row["path"]).name
        seen |= own & (clips.start_s + EDGE_S < at) & (at < clips.end_s - EDGE_S)
        near |= own & (clips.start_s - 1 < at) & (at < clips.end_s + 1)
    for row in _rows(UNMARKED / "checked_background.csv"):
        own = names == Path(row["path"]).name
        free |= (
            own
            & (float(row["start_s"]) <= clips.start_s + 0.01)
            & (clips.end_s - 0.01 <= float(row["end_s"]))
        )
    return seen, free & ~near


def by_templates(dataset: Dataset) -> np.ndarray:
    """(n,) how much a clip resembles the annotated calls of other units; NaN where there are too few."""
    boxes = [each for each in dataset.annotations if each.label in dataset.labels and each.low_hz is not None]
    low, high = (np.median([getattr(each, edge) for each in boxes]) for edge in ("low_hz", "high_hz"))
    pictures = [
        _in_band(load_clip(r.sound, 0, r.duration_s, RATE), low / 1.2, high * 1.2) for r in dataset.recordings
    ]
    templates, units = [], []
    for box in boxes:
        first = round((box.start_s + box.end_s) / 2 / FRAME_S) - FRAMES // 2
        part = pictures[box.recording][:, max(first, 0) :][:, :FRAMES]
        if part.shape[1] == FRAMES:
            templates.append(centred(part) / max(float(np.linalg.norm(centred(part))), 1e-6))
            units.append(dataset.independence.groups[box.recording])
    scores = np.full(len(dataset.clips), np.nan)
    for row, (recording, start, end) in enumerate(
        zip(dataset.clips.recording, dataset.clips.start_s, dataset.clips.end_s, strict=True)
    ):
        others = [
            t
            for t, unit in zip(templates, units, strict=True)
            if unit != dataset.independence.groups[recording]
        ]
        clip = pictures[recording][:, round(start / FRAME_S) : round(end / FRAME_S)]
        if len(others) >= BEST and clip.shape[1] > FRAMES:
            scores[row] = np.sort(resemblance(centred(clip)[None], others)[:, 0])[-BEST:].mean()
    return scores


def _in_band(sound: np.ndarray, low_hz: float, high_hz: float) -> np.ndarray:
    power, frequencies, _ = spectrogram(sound[:RATE], RATE)
    middle = np.convolve(bands_for(len(power), float(frequencies[1])).edges_hz, [0.5, 0.5], "valid")
    return np.clip(in_bands(sound), -5, 30)[(middle >= low_hz) & (middle <= high_hz)][:, ::STEP]


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
