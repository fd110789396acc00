"""The compiled steps: one epoch as by hand, in any ranges, compiled once."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse

from bioviz.analysis.projection.layouts import ProjectionSpec, project
from bioviz.analysis.projection.row_threads import in_order, over_rows

CLIPS, A, B, ALPHA, SEED = 12, 1.3, 0.9, np.float32(0.5), 11


def counted(seed: int, epoch: int, edge: int) -> int:
    whole = 2**64 - 1
    x = (seed * 0x9E3779B97F4A7C15 & whole) ^ (epoch * 0xC2B2AE3D27D4EB4F & whole)
    x ^= edge * 0x165667B19E3779F9 & whole
    for _ in range(2):
        x = ((x ^ (x >> 32)) * 0xD6E8FEB86659FD93) & whole
    return x ^ (x >> 32)


def clip(step: np.ndarray) -> np.ndarray:
    return np.clip(step, -4, 4)


def half_an_epoch_by_hand(before, graph, every, due, ties, number, half, pushes) -> np.ndarray:
    """Clip by clip, with the gradient's formulas instead of tables; the second half changes `due`."""
    old = before.astype(float)
    after = old.copy()
    for i in range(len(old)):
        first = i // CLIPS * CLIPS
        for edge in range(graph.indptr[i], graph.indptr[i + 1]):
            if due[edge] > number:
                continue
            due[edge] += every[edge] * half
            away = after[i] - old[graph.indices[edge]]
            d = away @ away
            pull = min(2 * A * B * d ** (B - 1) / (A * d**B + 1), 0.15 / ALPHA)
            step = clip(-pull * away)
            drawn = counted(SEED, 2 * number + half, edge)
            for _ in range(pushes):
                drawn = (drawn * 6364136223846793005 + 1442695040888963407) % 2**64
                away = after[i] - old[first + ((drawn >> 32) * CLIPS >> 32)]
                d = away @ away
                step = step + clip(2 * B / ((0.001 + d) * (A * d**B + 1)) * away)
            if len(ties):
                apart = ties[i % CLIPS] * (after[i] - old[(i + CLIPS) % (2 * CLIPS)])
                step = step - (1 + pushes) * clip(apart)
            after[i] = after[i] + ALPHA * step
    return after


@pytest.mark.parametrize("maps", [1, 2], ids=["one map", "two maps, tied"])
def test_an_epoch_is_as_by_hand(maps):
    from bioviz.analysis.projection.parallel_kernel import HALVES, epoch, tables

    rng = np.random.default_rng(1)
    graphs = [sparse.random(CLIPS, CLIPS, 0.4, "csr", np.float32, rng) for _ in range(maps)]
    for graph in graphs:
        graph.setdiag(0)
        graph.eliminate_zeros()
    graph = sparse.csr_matrix(sparse.block_diag(graphs, format="csr"))
    n = maps * CLIPS
    ours = rng.normal(scale=4, size=(n, 2)).astype(np.float32)  # near pairs would show the steps of tables
    after = ours.copy()
    ties = rng.uniform(0, 0.1, CLIPS if maps == 2 else 0).astype(np.float32)
    every = rng.uniform(1.1, 3, graph.nnz).astype(np.float32)
    due, theirs_due = every.copy(), every.copy()
    for number, (half, pushes) in product(range(4), enumerate(HALVES)):
        of_half = number, half, pushes
        expected = half_an_epoch_by_hand(ours, graph, every, theirs_due, ties, *of_half)
        of_edges = graph.indptr, graph.indices, every, due, ties
        for rows in ((0, 5), (5, 6), (6, n)):
            epoch(*rows, ours, after, *of_edges, *tables(A, B), ALPHA, *of_half, SEED)
        assert number < 2 or np.abs(after - ours).max() > 0.1
        np.testing.assert_allclose(after, expected, rtol=0.02, atol=0.02)
        ours, after = after, ours


def test_it_is_compiled_once():
    from bioviz.analysis.projection.joint import joint_maps
    from bioviz.analysis.projection.parallel_kernel import epoch

    x = np.random.default_rng(0).normal(size=(60, 5))
    spec = ProjectionSpec("umap_parallel", n_neighbors=5)
    project(x, spec)
    compiled = list(epoch.signatures)
    joint_maps(x, x[:, ::-1], spec)
    joint_maps(x[:30], x[:30], spec)
    assert len(compiled) == 1 and list(epoch.signatures) == compiled


@pytest.mark.parametrize("n", [0, 1, 255, 5000])
def test_threads_take_each_row_once(n):
    taken = np.zeros(n, dtype=int)

    def take(start: int, stop: int, by: int) -> None:
        taken[start:stop] += by

    with over_rows(n) as call:
        call(take, 1)
        call(take, 2)
    assert (taken == 3).all()


def test_what_a_thread_stumbles_over_is_raised():
    def stumble(start: int, stop: int) -> None:
        if stop == 5000:
            raise ValueError("the last rows")

    with over_rows(5000) as call, pytest.raises(ValueError, match="the last rows"):
        call(stumble)


def test_results_come_in_the_order_of_rows():
    assert list(in_order(lambda rows: (rows.start, rows.stop), 10, 3)) == [(0, 3), (3, 6), (6, 9), (9, 10)]
