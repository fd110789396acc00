"""Time and peak memory of every stage over very many clips, through the command line as a user goes.

    python -m tests.bench.bench_million [1000000] [--dimensions 64] [--compare] [--measure] [--keep FOLDER]

Made are recordings of noise, each with a thousand windows of a fifth of a second, calls annotated in half of them, and
embeddings of these windows in which louder calls are farther from the background: 20,000 clips are a quick try, a
million take the better part of an hour. What is measured are the commands `add`, `import-embeddings`, `score`,
`diagnose` and `compare`, then opening all of it from the cache.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

RATE, WIDTH_S, WINDOWS, LABELS, LATENT, CALL = 2000, 0.2, 1000, 20, 16, 5
OPEN = """
import sys, time, resource
from bioviz.runs import RunSpec, open_run
from bioviz.runs.diagnosis import open_diagnosis
from bioviz.analysis.projection.layouts import ProjectionSpec
began = time.perf_counter()

def told(what):
    global began
    now, peak = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"    {what:<44}{now - began:8.2f} s {peak:8.2f} GB", flush=True)
    began = time.perf_counter()

spec = RunSpec(sys.argv[1], sys.argv[2], "imported", projection=ProjectionSpec(method=sys.argv[3]))
run = open_run(spec)
told("the run")
run.placement.counts, run.xy.min(), run.scores
told("its clusters and map")
assert open_diagnosis(run) is not None
told("its diagnosis")
run = open_run(spec); open_diagnosis(run)
told("both once more")
print("    " + str(run.provenance["seconds"]), run.provenance.get("map"), run.provenance["neighbors"])
"""


@dataclass
class Stage:
    """A stage of a command.

    Attributes
    ----------
    name
        As its progress says.
    seconds
    peak
        Largest resident memory meanwhile, bytes.

    """

    name: str
    seconds: float = 0.0
    peak: int = 0


def make_recordings(folder: Path, clips: int, seed: int = 0) -> np.ndarray:
    """Write noise with annotated calls; return (recordings, WINDOWS) int64 labels of the windows, 0 for background."""
    import soundfile

    rng = np.random.default_rng(seed)
    count = -(-clips // WINDOWS)
    targets = np.where(
        rng.random((count, WINDOWS // CALL)) < 0.5, 0, rng.integers(1, LABELS + 1, (count, WINDOWS // CALL))
    )
    with (folder / "annotations.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "start", "end", "label"])
        for recording in range(count):
            sound = rng.integers(-3000, 3000, int(WINDOWS * WIDTH_S * RATE), dtype=np.int16)
            soundfile.write(folder / name_of(recording), sound, RATE)
            for call in np.flatnonzero(targets[recording]):
                start = call * CALL * WIDTH_S
                label = f"species {targets[recording, call]:02d}"
                table.writerow([name_of(recording), f"{start:.3f}", f"{start + CALL * WIDTH_S:.3f}", label])
    return np.repeat(targets, CALL, axis=1)


def make_columns(name: str, environment: dict[str, str], seed: int = 0) -> None:
    """Store acoustic columns of all recordings that are drawn by lot, as if they had been measured."""
    os.environ |= environment
    from bioviz.datasets import library
    from bioviz.embedding.acoustic import WIDTH, acoustic_store, acoustic_tasks

    dataset, rng = library.load(name), np.random.default_rng(seed)
    store = acoustic_store()
    tasks = acoustic_tasks(dataset)
    for first in range(0, len(tasks), 50):
        some = tasks[first : first + 50]
        store.save_all(
            [
                (task.key, rng.normal(size=(len(task.inputs.starts_s), WIDTH)).astype(np.float32))
                for task in some
            ]
        )


def name_of(recording: int) -> str:
    return f"recording_{recording:05d}.wav"


def make_embeddings(path: Path, targets: np.ndarray, dimensions: int, seed: int) -> None:
    """Write (n, dimensions) embeddings and the table of their windows."""
    import pyarrow
    import pyarrow.parquet

    rng = np.random.default_rng(seed)
    basis = rng.normal(size=(LATENT, dimensions)).astype(np.float32)
    kinds = rng.normal(size=(LABELS + 1, LATENT)) * 2
    kinds[0] = 0
    matrix = np.lib.format.open_memmap(path, "w+", np.float32, (targets.size, dimensions))
    for recording, own in enumerate(targets):
        loudness = np.repeat(rng.uniform(0, 1, WINDOWS // CALL), CALL)
        hidden = kinds[own] * loudness[:, None] + rng.normal(size=(WINDOWS, LATENT))
        hidden += 0.7 * rng.normal(size=LATENT)
        rows = slice(recording * WINDOWS, (recording + 1) * WINDOWS)
        matrix[rows] = hidden.astype(np.float32) @ basis + 0.5 * rng.normal(size=(WINDOWS, dimensions))
    matrix.flush()
    start = np.tile(np.arange(WINDOWS) * WIDTH_S, len(targets))
    names = np.repeat([name_of(recording) for recording in range(len(targets))], WINDOWS)
    table = pyarrow.table({"path": names, "start_s": start, "end_s": start + WIDTH_S})
    pyarrow.parquet.write_table(table, path.with_suffix(".parquet"))


def told(words: list[str], environment: dict[str, str]) -> tuple[list[Stage], str]:
    """Run a command; return its stages, each with its time and peak memory, and what it prints."""
    stages = [Stage("start and reading")]
    process = subprocess.Popen(
        [sys.executable, "-m", "bioviz", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None and process.stdout is not None
    began, lines = time.perf_counter(), process.stderr

    def watch() -> None:
        nonlocal began
        for line in lines:
            name = line.split("[")[0].strip()[:44]
            if not name or name == stages[-1].name:
                continue
            now = time.perf_counter()
            stages[-1].seconds, began = now - began, now
            stages.append(Stage(name))

    printed: list[str] = []
    output = process.stdout
    threads = [
        threading.Thread(target=watch),
        threading.Thread(target=lambda: printed.append(output.read())),
    ]
    for thread in threads:
        thread.start()
    own = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            stages[-1].peak = max(stages[-1].peak, own.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    stages[-1].seconds = time.perf_counter() - began
    if process.wait() not in (0, 4):
        raise SystemExit(f"bioviz {' '.join(words)} failed:\n{printed[0]}\n" + "\n".join(map(str, stages)))
    return stages, printed[0]


def show(words: list[str], environment: dict[str, str]) -> str:
    stages, printed = told(words, environment)
    total, peak = sum(stage.seconds for stage in stages), max(stage.peak for stage in stages)
    print(f"{words[0]:<48}{total:8.1f} s {peak / 2**30:8.2f} GB", flush=True)
    for stage in stages:
        print(f"    {stage.name:<44}{stage.seconds:8.1f} s {stage.peak / 2**30:8.2f} GB", flush=True)
    return printed


def bench(folder: Path, clips: int, dimensions: int, method: str, compare: bool, measure: bool) -> None:
    data, cache = folder / "data", folder / "cache"
    sounds = data / "sounds"
    sounds.mkdir(parents=True)
    environment = {**os.environ, "BIOVIZ_DATA": str(data), "BIOVIZ_CACHE": str(cache)}
    targets = make_recordings(sounds, clips)
    print(
        f"{targets.size:,} clips x {dimensions}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    show(
        [
            "add", str(sounds), "--name", "many", "--width-s", str(WIDTH_S), "--hop-s", str(WIDTH_S),
            "--task", "detection",
        ],
        environment,
    )  # fmt: skip
    dataset = subprocess.run(
        [sys.executable, "-m", "bioviz", "datasets", "--json"],
        env=environment, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    import json

    found = json.loads(dataset)
    listed = found["datasets"] if isinstance(found, dict) else found
    name = listed[0]["id"]
    if not measure:
        make_columns(name, environment)
        print("acoustic columns are made up, not measured")
    models = []
    for number in range(2 if compare else 1):
        made = data / f"embeddings_{number}.npy"
        make_embeddings(made, targets, dimensions, seed=number)
        show(["import-embeddings", str(made), name, "--title", f"made {number}"], environment)
        models = sorted(path.name for path in (cache / "imported").iterdir())
    model, *others = sorted(models, key=lambda each: "made_1" in each)
    print(show(["score", name, model, "--method", method, "--list", "0"], environment))
    print(show(["diagnose", name, model, "--method", method, "--list", "0"], environment))
    if others:
        print(
            show(
                ["compare", name, model, "--right-model", others[0], "--method", method, "--layout", "own"],
                environment,
            )
        )
    print("opened from the cache, in a process of its own", flush=True)
    subprocess.run([sys.executable, "-c", OPEN, name, model, method], env=environment, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--dimensions", type=int, default=64)
    parser.add_argument("--method", default="umap_parallel")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument(
        "--measure", action="store_true", help="measure the sound too (some hundred clips a second)"
    )
    parser.add_argument("--keep", type=Path, help="folder for data and cache, which stay")
    arguments = parser.parse_args()
    rest = (arguments.clips, arguments.dimensions, arguments.method, arguments.compare, arguments.measure)
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        bench(arguments.keep, *rest)
        return
    with tempfile.TemporaryDirectory() as folder:
        bench(Path(folder), *rest)


if __name__ == "__main__":
    main()
