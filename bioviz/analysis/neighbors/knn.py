"""The k-nearest-neighbor graph of an embedding set: computed once, used by everything."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from bioviz.analysis.neighbors.candidates import Grouping, NumpySearch, Search, nearest_of, ordered
from bioviz.analysis.neighbors.cells import probable_neighbors
from bioviz.analysis.rows import Metric, Rows, blocks, finite_rows, prepare
from bioviz.errors import BadInput
from bioviz.models.devices import pair_search
from bioviz.progress import Progress, Silent

EXACT_UP_TO = 50_000
"""Clips up to which a processor looks at all pairs; above, `cells.probable_neighbors`. A GPU looks at all pairs of as
many as fit into its memory."""
_PIECES = 4  # of a block, ordered by threads beside each other
SPARE = 8
"""Candidates beyond k: they are chosen by float32 products and put in order by exact differences."""
CHECKED = 500
"""Rows whose neighbors are looked for among all, to tell how many an approximate search has found."""


@dataclass(frozen=True)
class KnnGraph:
    """The nearest neighbors of every clip, nearest first, the clip itself not among them.

    Attributes
    ----------
    indices : (n, k) int32
        Rows; -1 where there are fewer than k.
    distances : (n, k) float32
        Infinity where there are fewer than k. Cosine distance is 1 - cosine.
    metric
        "cosine" or "euclidean".
    grouped
        Neighbors of the clip's own group (recording) are left out.
    approximate
        Not all pairs were looked at.
    recall
        Share of the true neighbors that were found then, of `CHECKED` rows drawn by lot; None where it is not known.

    """

    indices: np.ndarray
    distances: np.ndarray
    metric: Metric
    grouped: bool = False
    approximate: bool = False
    recall: float | None = None

    @property
    def k(self) -> int:
        return self.indices.shape[1]

    def first(self, k: int) -> KnnGraph:
        """Return the graph of the k nearest alone (views)."""
        return replace(self, indices=self.indices[:, :k], distances=self.distances[:, :k], recall=None)


def knn(
    x: np.ndarray,
    k: int,
    metric: Metric = "cosine",
    groups: np.ndarray | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    exact_up_to: int = EXACT_UP_TO,
    device: str | None = None,
    approximate: bool | None = None,
) -> KnnGraph:
    """Return the k nearest other rows of each row.

    Parameters
    ----------
    x : (n, d)
        Embedding. A row with NaN has no neighbors and is nobody's neighbor.
    k
        Neighbors a row.
    metric
        "cosine" (1 - cosine; a row of zeros is 1 from everything) or "euclidean".
    groups : (n,) ints
        Such as the recording; neighbors of the same group are left out.
    seed
        Of the approximate search.
    exact_up_to
        Rows up to which the result is exact; above it `cells.probable_neighbors` finds most of the nearest, and
        rows for which it finds fewer than k are searched exactly.
    device
        "cpu", or the GPU that looks at all pairs whatever their number; None for a GPU where there is one. The
        distances that count are computed on the processor, so that both give the same bytes.
    approximate
        Whether not to look at all pairs, whatever the number of rows and the device; None for `is_approximate`.

    Ties go to the lower row number, so that a result is reproducible.

    Raises
    ------
    BadInput
        k < 1, an unknown metric, groups of another length.

    """
    grouping = None if groups is None else np.asarray(groups)
    return _graphs(x, k, metric, [grouping], seed, progress, exact_up_to, device, approximate)[0]


def knn_both(
    x: np.ndarray,
    k: int,
    groups: np.ndarray,
    metric: Metric = "cosine",
    seed: int = 0,
    progress: Progress | None = None,
    exact_up_to: int = EXACT_UP_TO,
    device: str | None = None,
    approximate: bool | None = None,
) -> tuple[KnnGraph, KnnGraph]:
    """(graph of all neighbors, graph without those of the same group) in one pass; see `knn`."""
    groupings = [None, np.asarray(groups)]
    both = _graphs(x, k, metric, groupings, seed, progress, exact_up_to, device, approximate)
    return both[0], both[1]


def is_approximate(
    rows: int, columns: int, exact_up_to: int = EXACT_UP_TO, device: str | None = None
) -> bool:
    """Whether the graph of so many rows would be approximate here: there are many, and no GPU holds them."""
    if rows <= exact_up_to:
        return False
    return (device or pair_search.search_device(rows, columns)) in (None, "cpu")


def nearest_to(
    reference: np.ndarray,
    queries: np.ndarray,
    k: int,
    metric: Metric = "cosine",
    reference_groups: np.ndarray | None = None,
    query_groups: np.ndarray | None = None,
    also_left_out: np.ndarray | None = None,
) -> KnnGraph:
    """Find the k nearest rows of `reference` (n, d) of each row of `queries` (q, d), exactly.

    Rows with NaN on either side have none and are nobody's.

    Parameters
    ----------
    reference_groups, query_groups : (n,)
        And (q,) ints; neighbors of the query's own group are left out.
    also_left_out : (q,) ints
        a second group of `reference_groups` that a query has no neighbors in.

    """
    both = np.vstack([reference, queries])
    good = np.flatnonzero(finite_rows(both))
    n = int(np.searchsorted(good, len(reference)))
    groups = second = None
    if reference_groups is not None and query_groups is not None:
        groups = np.concatenate([reference_groups, query_groups])[good]
        if also_left_out is not None:
            second = np.concatenate([reference_groups, also_left_out])[good]
    rows = prepare(both[good], metric)
    query_rows = np.arange(n, len(good))
    search = NumpySearch(rows)
    inner, near = _exact(search, rows, query_rows, k, [Grouping(groups, second)], Silent(), candidates=n)[0]
    indices = np.full((len(queries), k), -1, dtype=np.int32)
    distances = np.full((len(queries), k), np.inf, dtype=np.float32)
    own = good[query_rows] - len(reference)
    indices[own] = np.where(inner >= 0, good[inner] if len(good) else -1, -1)
    distances[own] = near
    return KnnGraph(indices, distances, metric, grouped=groups is not None)


def _graphs(
    x: np.ndarray,
    k: int,
    metric: Metric,
    groupings: Sequence[np.ndarray | None],
    seed: int,
    progress: Progress | None,
    exact_up_to: int,
    device: str | None,
    approximate: bool | None,
) -> list[KnnGraph]:
    x = np.asarray(x)
    if k < 1:
        raise BadInput(f"The number of neighbors must be at least 1, not {k}.")
    for groups in groupings:
        if groups is not None and len(groups) != len(x):
            raise BadInput(f"{len(groups)} groups were given for {len(x)} clips.")
    progress = progress or Silent()
    good = np.flatnonzero(finite_rows(x))
    rows = prepare(x if len(good) == len(x) else x[good], metric)
    inner = [
        Grouping(None if groups is None else np.unique(groups[good], return_inverse=True)[1])
        for groups in groupings
    ]
    device = (device or pair_search.search_device(*rows.x.shape) or "cpu") if len(good) else "cpu"
    decided = (
        is_approximate(len(good), x.shape[-1], exact_up_to, device) if approximate is None else approximate
    )
    recalls: list[float | None] = [None] * len(inner)
    if decided and len(good):
        both = _approximate(rows, k, inner, seed, progress)
        recalls = _recalls(rows, both, inner, seed, progress)
    else:
        search = NumpySearch(rows) if device == "cpu" else _on_gpu(rows, device)
        both = _exact(search, rows, np.arange(len(good)), k, inner, progress)
    graphs = []
    for groups, (indices, distances), recall in zip(groupings, both, recalls, strict=True):
        all_indices = np.full((len(x), k), -1, dtype=np.int32)
        all_distances = np.full((len(x), k), np.inf, dtype=np.float32)
        all_indices[good] = np.where(indices >= 0, good[indices] if len(good) else -1, -1)
        all_distances[good] = distances
        graphs.append(KnnGraph(all_indices, all_distances, metric, groups is not None, decided, recall))
    return graphs


def _recalls(
    rows: Rows,
    found: Sequence[tuple[np.ndarray, np.ndarray]],
    groupings: Sequence[Grouping],
    seed: int,
    progress: Progress,
) -> list[float | None]:
    """For each grouping the share of neighbors that are as near as the true ones, of rows drawn by lot."""
    drawn = np.sort(np.random.default_rng(seed).choice(len(rows), min(CHECKED, len(rows)), replace=False))
    k = found[0][0].shape[1]
    recalls: list[float | None] = []
    for (_, distances), (_, exact) in zip(
        found, _exact(NumpySearch(rows), rows, drawn, k, groupings, progress), strict=True
    ):
        there = np.isfinite(exact)
        farthest = np.where(there, exact, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
        hits = np.minimum((distances[drawn] <= farthest).sum(axis=1), there.sum(axis=1)).sum()
        recalls.append(float(hits / there.sum()) if there.any() else None)
    return recalls


def _on_gpu(rows: Rows, device: str) -> Search:
    return pair_search.PairSearch(rows.x, rows.squares, rows.penalty, device)


def _exact(
    search: Search,
    rows: Rows,
    queries: np.ndarray,
    k: int,
    groupings: Sequence[Grouping],
    progress: Progress,
    candidates: int | None = None,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each grouping the (indices, distances) of the queries among the first `candidates` rows, by blocks."""
    n = len(rows) if candidates is None else candidates
    parts = [
        (np.full((len(queries), k), -1, dtype=np.int64), np.full((len(queries), k), np.inf, dtype=np.float32))
        for _ in groupings
    ]

    def order(part: np.ndarray, chosen: np.ndarray, left_out: np.ndarray, first: int, into: int) -> None:
        rows_of = slice(first, first + len(part))
        indices, distances = parts[into]
        indices[rows_of], distances[rows_of] = nearest_of(rows, part, chosen, left_out, k)

    with ThreadPoolExecutor(_PIECES, thread_name_prefix="neighbors") as threads:
        for start, stop in blocks(len(queries) if n else 0, 4 * len(rows), search.block_bytes):
            progress.report("neighbors", start, len(queries))
            part = queries[start:stop]
            for into, (chosen, left_out) in enumerate(
                search.candidates(part, groupings, n, min(n, k + SPARE))
            ):
                step = -(-len(part) // _PIECES)
                pieces = [
                    threads.submit(order, part[to], chosen[to], left_out[to], start + to.start, into)
                    for to in (slice(at, at + step) for at in range(0, len(part), step))
                ]
                for piece in pieces:
                    piece.result()
    progress.report("neighbors", len(queries), len(queries))
    return parts


def _approximate(
    rows: Rows, k: int, groupings: Sequence[Grouping], seed: int, progress: Progress
) -> list[tuple[np.ndarray, np.ndarray]]:
    """As `_exact` for all rows, of probable neighbors; exact where fewer than k of them are found."""
    n = len(rows)
    candidates_of = probable_neighbors(
        rows, max(1, min(n - 1, k + SPARE)), [grouping.groups for grouping in groupings], seed, progress
    )
    graphs = []
    for grouping, candidates in zip(groupings, candidates_of, strict=True):
        indices, distances = ordered(rows, candidates, k)
        short = np.flatnonzero((indices[:, -1] < 0) | (rows.penalty > 0))
        if len(short):
            indices[short], distances[short] = _exact(
                NumpySearch(rows), rows, short, k, [grouping], progress
            )[0]
        graphs.append((indices, distances))
    return graphs
