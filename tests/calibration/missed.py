"""Do calls that nobody boxed come before clips checked to be free? `python -m tests.calibration.missed`.

The calls of `harder/boobook_unmarked` that were seen in spectrograms are held against the clips that its authors
checked, by what Diagnose ranks them by (annotated calls of other original recordings as templates), and by the
embedding. Few clips were checked, so the figures are rough.
"""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from bioviz.datasets.types import Dataset
from tests.calibration.sources import HARDER
from tests.calibration.verdicts import MODELS, sets
from tests.conftest import REAL_DATA

UNMARKED = HARDER / "boobook_unmarked"
EDGE_S = 0.2
"""A call nearer to a clip's edge is not taken to be in it."""


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
    from bioviz.analysis.diagnosis.queue_words import ranked_in_words
    from bioviz.analysis.projection.layouts import ProjectionSpec
    from bioviz.analysis.scores.call_score import call_scores
    from bioviz.analysis.scores.template_scores import template_scores
    from bioviz.datasets import library
    from bioviz.datasets.build import build_dataset
    from bioviz.runs.diagnosis import compute_diagnosis, diagnosis_inputs
    from bioviz.store.keys import value_of

    dataset = build_dataset(folder, name="boobook_all")
    library.save(dataset)
    seen, free = seen_and_free(dataset)
    print(f"{seen.sum()} clips with a seen call, {free.sum()} checked to be free")
    for model, checkpoint in MODELS:
        run = runs.compute_run(runs.RunSpec(dataset.id, model, checkpoint, projection=ProjectionSpec("pca")))
        diagnosis = compute_diagnosis(run)
        alike = value_of(diagnosis_inputs(run).alike)
        background, file = np.asarray(run.targets) == 0, dataset.clips.recording[run.rows]
        by_embedding = call_scores(np.asarray(run.embedding), ~background, run.groups, file)
        by_templates = np.full(len(background), np.nan)
        if alike is not None:
            by_templates = template_scores(alike, background)[:, 0]
        queue = diagnosis.missed
        print(
            f"\n{model}: {ranked_in_words(queue, run.unit.noun)}\n{queue.beyond} stand out; p {queue.p:.3f}"
        )
        ranked_by = {"annotated calls as templates": by_templates, "the embedding": by_embedding}
        print("| ranked by | AUROC |\n|---|---|")
        for name, scores in ranked_by.items():
            print(f"| {name} | {auroc(scores, seen[run.rows], free[run.rows]):.2f} |", flush=True)
        first = np.bincount(file[queue.rows[: seen.sum()]], minlength=len(dataset.recordings))
        asked = np.bincount(file[background], minlength=len(dataset.recordings))
        print(f"of the first {seen.sum()}, {seen[run.rows[queue.rows[: seen.sum()]]].sum()} were seen; "
              f"most of one recording: {(first / np.maximum(asked, 1)).max():.0%} of its background")  # fmt: skip


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


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
