"""Seconds to open a finished run, its diagnosis and a comparison in a process that has just started.

As on a server's first visit after a start, but for Streamlit and the browser: python -m tests.bench.bench_opening
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

PREPARE = """
from bioviz.progress import Silent
from bioviz.runs import RunSpec, compute_run, demo_job
from bioviz.runs.comparison import ComparisonSpec, compute_comparison
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.runs.tasks import DEMO
demo_job({}, Silent())
compute_diagnosis(compute_run(DEMO))
compute_comparison(ComparisonSpec(DEMO, RunSpec("demo", "acoustic_features", "none")))
"""
OPEN = """
import time
began, processor = time.perf_counter(), time.process_time()

def told(what):
    global began, processor
    now, busy = time.perf_counter(), time.process_time()
    print(f"    {what:<34} {now - began:6.2f} s, of the processor {busy - processor:6.2f} s")
    began, processor = time.perf_counter(), time.process_time()

from bioviz import runs
from bioviz.analysis.misclustered.placement import LISTS
from bioviz.runs.comparison import open_comparison
from bioviz.runs.diagnosis import open_diagnosis
from bioviz.runs.tasks import DEMO
told("imports")
run = runs.open_run(DEMO)
assert run is not None
told("the run")
for name in LISTS:
    run.misclustered_list(name)
told("its list of the worst clips")
assert open_diagnosis(run) is not None
told("its diagnosis")
other = runs.open_run(runs.RunSpec("demo", "acoustic_features", "none"))
assert open_comparison(run, other) is not None
told("another run and their comparison")
assert runs.open_run(DEMO) and open_diagnosis(run) and open_comparison(run, other)
told("all of it once more")
"""


def main() -> None:
    """Compute the demo in a folder of its own, then open it in a process of its own, twice."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"BIOVIZ_CACHE": cache}
        subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True)
        for turn in ("first process", "second process"):
            print(f"{turn}, load {os.getloadavg()[0]:.1f}", flush=True)
            subprocess.run([sys.executable, "-c", OPEN], env=environment, check=True)


if __name__ == "__main__":
    main()
