"""Times of the neighbor graph and of every measure: `python -m tests.bench.bench_analysis [1000 10000 50000]`.

--recall    also the recall of probable neighbors (`neighbors.cells`) and of pynndescent's against exact ones
--crossover 30000    also exact search against probable neighbors, compiled beforehand, at that many clips
"""

from __future__ import annotations

import argparse
import os
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from bioviz.analysis.diagnosis.diagnose import diagnose
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.neighbors.knn import knn, knn_both
from bioviz.analysis.scores.silhouette import silhouettes
from bioviz.models.devices.pair_search import search_device

DIMENSIONS, LABELS, PER_RECORDING, K = 768, 20, 60, 50


def clips(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(embedding, targets, recording, SNR) of a field-like set: half background, faint calls near it."""
    rng = np.random.default_rng(seed)
    recording = np.arange(n) // PER_RECORDING
    targets = np.where(rng.random(n) < 0.5, 0, rng.integers(1, LABELS + 1, n))
    snr = rng.uniform(-10, 20, n).astype(np.float32)
    basis = rng.normal(size=(48, DIMENSIONS)).astype(np.float32)
    hidden = rng.normal(size=(LABELS + 1, 48)) * 2
    hidden[0] = 0
    latent = hidden[targets] * np.clip((snr[:, None] + 10) / 20, 0, 1) + rng.normal(size=(n, 48))
    latent += 0.7 * rng.normal(size=(recording.max() + 1, 48))[recording]
    x = latent.astype(np.float32) @ basis + 2 * rng.normal(size=(n, DIMENSIONS)).astype(np.float32)
    return x, targets, recording, snr


class Stages:
    """Progress that notes how long each step of the diagnosis took."""

    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.seconds: list[tuple[float, float]] = []

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        now = time.perf_counter()
        self.seconds.append((done, now - self.last))
        self.last = now


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = call()
    return result, time.perf_counter() - start


def bench(n: int) -> None:
    x, targets, recording, snr = clips(n)
    labels = np.eye(LABELS + 1, dtype=bool)[targets][:, 1:]
    names = ("background", *[f"label {i}" for i in range(LABELS)])
    graphs, graph_s = timed(lambda: knn_both(x, K, recording))
    acoustic = {"snr_db": np.where(targets > 0, snr, np.nan), "level_dbfs": -snr}
    stages = Stages()
    found, all_s = timed(
        lambda: diagnose(
            DiagnosisInputs(
                x, *graphs, targets, labels, names, recording, recording % 7, recording % 24, acoustic,
                projection=x[:, :2], seconds_per_clip=1.0,
            ),
            stages,
        )
    )  # fmt: skip
    clauses, words_s = timed(lambda: verdict(found))
    titles = ("confusion, purity, outliers, labels", "linear probes", "scores, clusters, silhouettes",
              "trustworthiness", "confounds", "causes, triage, queues, false alarms")  # fmt: skip
    print(
        f"{n} clips x {DIMENSIONS}: both graphs {graph_s:.1f} s, all measures {all_s:.1f} s, words {words_s:.2f} s"
    )
    for title, (_, seconds) in zip(titles, stages.seconds[1:], strict=True):
        print(f"    {title:<40} {seconds:6.2f} s")
    print(f"    {clauses[0].text}")
    tracemalloc.start()
    _, silhouette_s = timed(lambda: silhouettes(x, [targets]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"    silhouette alone {silhouette_s:.2f} s, peak {peak / 2**20:.0f} MiB (n x n: {4 * n * n / 2**20:.0f} MiB)"
    )


def recall(n: int = 20_000) -> None:
    """Recall of the probable neighbors and of pynndescent's, and that the same seed gives the same."""
    x, _, recording, _ = clips(n)
    for metric in ("cosine", "euclidean"):
        exact = knn_both(x, K, recording, metric, approximate=False)
        knn(x[:500], K, metric, approximate=True)  # compiles
        rough, seconds = timed(lambda m=metric: knn_both(x, K, recording, m, approximate=True))
        again = knn_both(x, K, recording, metric, approximate=True)
        for a, b, c, what in zip(exact, rough, again, ("all", "other recordings"), strict=True):
            share = shared(a.indices, b.indices)
            print(f"probable, {metric}, {what}: recall {share:.4f} of {n} clips, both {seconds:.1f} s")
            assert share > 0.95, "neighbors are being missed"
            assert b.indices.tobytes() == c.indices.tobytes(), "the same seed gave other neighbors"
        peer, seconds = timed(lambda m=metric: by_pynndescent(x, m))
        share = shared(exact[0].indices, peer)
        print(f"pynndescent, {metric}, all: recall {share:.4f}, that one alone {seconds:.1f} s")


def by_pynndescent(x: np.ndarray, metric: str) -> np.ndarray:
    """(n, m) the neighbors that pynndescent finds where half as many more are asked for, as it was used once."""
    from pynndescent import NNDescent

    found = NNDescent(
        x, metric=metric, n_neighbors=K + K // 2 + 1, random_state=0, low_memory=True
    ).neighbor_graph
    assert found is not None
    return found[0]


def shared(exact: np.ndarray, found: np.ndarray) -> float:
    """Return the mean share of the exact neighbors that are among those found."""
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)]))


def crossover(n: int) -> None:
    knn(clips(500)[0], K, exact_up_to=0, device="cpu")  # compiles
    x, _, recording, _ = clips(n)
    for name, exact_up_to in (("all pairs", n), ("probable", 0)):
        _, one = timed(lambda most=exact_up_to: knn(x, K, exact_up_to=most, device="cpu"))
        _, both = timed(lambda most=exact_up_to: knn_both(x, K, recording, exact_up_to=most, device="cpu"))
        print(f"{n} clips, {name}: {one:.1f} s, with the graph of other recordings {both:.1f} s")
    if search_device(*x.shape):
        _, both = timed(lambda: knn_both(x, K, recording))
        print(f"{n} clips, all pairs on the GPU: both graphs {both:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", type=int, nargs="*", default=[1000, 10_000])
    parser.add_argument("--recall", action="store_true")
    parser.add_argument("--crossover", type=int, nargs="*", default=[])
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    bench(200)  # imports
    for n in arguments.clips:
        bench(n)
    if arguments.recall:
        recall()
    for n in arguments.crossover:
        crossover(n)


if __name__ == "__main__":
    main()
