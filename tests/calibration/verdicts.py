"""What a new user reads of the real sets, beside what is known of them: `python -m tests.calibration.verdicts`.

Needs the folder `shared/data` beside the project. Embeddings and diagnoses are kept in a cache folder
(BIOVIZ_CACHE, else a temporary one).
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import REAL_DATA

MODELS = (("gpv_teacher2", "pretrained"), ("acoustic_features", "none"))
KNOWN = {
    "esc50_animals": "440 clips of 5 s, ten animals and eight kinds of background; told almost perfectly (0.99).",
    "long_billed_hermit": "three recordings of one species: too few for any interval.",
    "neotropical_bats": "five recordings at 375 to 500 kHz, a species each: no label can be held out.",
    "powdermill_chronister2021": "10 s of a dawn chorus, nine boxes of four species: nothing can be held out.",
    "maad_spinetail": "one recording of 19.5 s, 18 boxes (CRER, SP): nothing can be held out.",
    "koumura_bengalese_finch": "20 recordings of one bird in a cage, notes of its song by time alone, numbered: the "
    "gaps between notes are all the background there is.",
    "bird_presence": "AUROC 0.80 by features, 0.89 by GPV; the source alone gives 0.75; within a source 0.74 to 0.87.",
    "boobook_sites": "six sites; AUROC 0.72, 0.77 by file (wide); site left out 0.61, 0.59 (features scaled, by "
    "cosine; as bioviz takes them, by Euclidean distance, 0.78: six sites do not settle it); site tells labels "
    "in part.",
    "boobook_all": "with the six cuts of the same evenings: 0.75, 0.74 by original recording, 0.60, 0.57 by site; 24 "
    "calls were seen that nobody boxed.",
    "tagus_fish": "AUROC 0.90, 0.88 are mostly the year (alone 0.79; 2017 alone 0.72, 0.53).",
}


def sets(work: Path) -> Iterator[tuple[str, Path]]:
    """(name, folder) of each set, put together in `work` where it is cut from a larger one."""
    harder, field = REAL_DATA / "harder", REAL_DATA / "field_detection"
    yield "esc50_animals", REAL_DATA / "esc50_animals"
    for name in ("bird_presence", "boobook_sites", "tagus_fish"):
        yield name, harder / name
    together = work / "boobook_all"
    (together / "audio").mkdir(parents=True, exist_ok=True)
    for part in ("boobook_sites", "boobook_unmarked"):
        for sound in sorted((harder / part / "audio").iterdir()):
            shutil.copy(sound, together / "audio" / sound.name)
    shutil.copy(harder / "boobook_unmarked" / "annotations_all_33.csv.orig", together / "annotations.csv")
    yield "boobook_all", together
    for name in (
        "long_billed_hermit",
        "neotropical_bats",
        "powdermill_chronister2021",
        "maad_spinetail",
        "koumura_bengalese_finch",
    ):
        part = work / name
        (part / "audio").mkdir(parents=True, exist_ok=True)
        with open(field / "annotations.csv", newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows, columns = [row for row in reader if name in row["path"]], reader.fieldnames or []
        for path in sorted({row["path"] for row in rows}):
            shutil.copy(field / path, part / "audio" / Path(path).name)
        with open(part / "annotations.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(row | {"path": f"audio/{Path(row['path']).name}"} for row in rows)
        yield name, part


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.verdicts", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="sets whose name begins so")
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="bioviz-verdicts-"))
    os.environ.setdefault("BIOVIZ_CACHE", str(work / "cache"))
    os.environ.setdefault("BIOVIZ_WEIGHTS", str(REAL_DATA / "weights"))
    os.environ["BIOVIZ_DATA"] = os.pathsep.join((str(work), str(REAL_DATA)))
    try:
        for name, folder in sets(work):
            if not given.only or name.startswith(tuple(given.only)):
                show(name, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def show(name: str, folder: Path) -> None:
    """The verdict of each model, a sentence a line."""
    from bioviz import runs
    from bioviz.analysis.diagnosis.verdict.verdict import verdict
    from bioviz.analysis.projection.layouts import ProjectionSpec
    from bioviz.datasets import library
    from bioviz.datasets.build import build_dataset
    from bioviz.runs.diagnosis import compute_diagnosis

    dataset = build_dataset(folder, name=name)
    library.save(dataset)
    print(f"\n## {name}\nKnown: {KNOWN[name]}\n{dataset.independence.reason}")
    for model, checkpoint in MODELS:
        run = runs.compute_run(runs.RunSpec(dataset.id, model, checkpoint, projection=ProjectionSpec("pca")))
        print(f"\n### {model}")
        for clause in verdict(compute_diagnosis(run)):
            print(f"- {clause.text}", flush=True)


if __name__ == "__main__":
    main()
