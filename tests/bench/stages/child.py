"""One contender in a process of its own: prints one line of JSON with its seconds, its peak of memory, its figures.

python -m tests.bench.stages.child STAGE CONTENDER CLIPS FOLDER; the contender "inputs" makes what the stage wants.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path

from tests.bench.stages.contender import Stage
from tests.bench.stages.inputs import Inputs

FEW = 300  # clips for which everything is imported and compiled before


def stage_of(name: str) -> Stage:
    return import_module(f"tests.bench.stages.{name}").STAGE


def main(name: str, contender: str, clips: int, folder: Path) -> None:
    warnings.filterwarnings("ignore")
    stage, few, inputs = stage_of(name), Inputs(min(FEW, clips), folder), Inputs(clips, folder)
    wanted = ("x", *stage.wants)
    for each in wanted:
        getattr(few, each), getattr(inputs, each)
    if contender == "inputs":
        return
    chosen = stage.contenders[contender]
    chosen.work(few)
    began, processor = time.perf_counter(), time.process_time()
    result = chosen.work(inputs)
    seconds, busy = time.perf_counter() - began, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = dict(chosen.judge(inputs, result))
    print(json.dumps({"seconds": seconds, "processor": busy, "mib": peak, "figures": figures}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
