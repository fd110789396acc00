"""UMAP on all cores, with the same bytes on any number of them; umap-learn with a seed uses one core alone.

The graph and the forces are UMAP's. Five things differ from umap-learn: every point moves itself by where the others
were half an epoch before, what one edge brings about moves it at once, it starts from the principal components, random
numbers are counted instead of drawn in turn, and few clips have twice as many epochs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from threadpoolctl import threadpool_limits

from bioviz.analysis.projection.row_threads import in_order, over_rows
from bioviz.models.devices.map_epochs import Forces, MapEpochs, map_device
from bioviz.progress import Progress, Silent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

VERSION = 4
"""Raise it when the places of a map change: it is in the keys of such maps."""
FEW = 2000
"""Clips up to which points move twice as often as umap-learn's."""
SPREAD = 1.0
_WIDE = 10.0  # of the places to start from, as in umap-learn
_JITTER = 1e-4
_ROWS = 8192  # of an embedding that are centred at once
_NO_TIES = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True)
class Edges:
    """What draws the points of one map, or of several one below the other.

    Attributes
    ----------
    indptr, indices
        The graphs' rows, as scipy's CSR matrices have them.
    every : (E,) float32
        Epochs between two draws of an edge.

    """

    indptr: np.ndarray
    indices: np.ndarray
    every: np.ndarray


def lay_out(
    x: np.ndarray,
    indices: np.ndarray,
    distances: np.ndarray,
    *,
    min_dist: float,
    seed: int,
    start: np.ndarray | None = None,
    progress: Progress,
    device: str | None = None,
) -> np.ndarray:
    """Lay clips out in two dimensions.

    Parameters
    ----------
    x : (n, d) float32
        The embedding, without NaN; gives the start.
    indices, distances : (n, m)
        Neighbors, the clip itself first.
    min_dist : float
        How tightly points may be packed.
    start : (n, 2) or None
        Places to start from; the principal components where None.
    device
        As in `torch.device`, to move the points on; the processor's cores where None.

    Returns
    -------
    (n, 2) float32.

    Raises
    ------
    Cancelled
        Through `progress`.
    DeviceFull
        The device has no room.
    """
    edges = edges_of([fuzzy_graph(indices, distances)])
    places = principal_axes(x, progress) if start is None else start
    first = spread_out(places, seed)
    if device is not None:
        return move_on_device(device, first, edges, min_dist, seed, progress)
    return move(first, edges, min_dist, seed, progress, "projection")


def move(
    start: np.ndarray,
    edges: Edges,
    min_dist: float,
    seed: int,
    progress: Progress,
    stage: str,
    ties: np.ndarray = _NO_TIES,
) -> np.ndarray:
    """Return the places (n, 2) float32 after all epochs.

    Parameters
    ----------
    start : (n, 2) float32
        Stays as it is.
    stage
        As what the epochs are reported.
    ties : (n / 2,) float32
        Of two maps that are tied; see `parallel_kernel.epoch`.

    Raises
    ------
    Cancelled
        Through `progress`.
    """
    from bioviz.analysis.projection.parallel_kernel import HALVES, epoch, tables

    coefficients = tables(*curve(min_dist))
    epochs = epochs_for(len(start) // 2 if len(ties) else len(start))
    due = edges.every.copy()
    before = np.array(start, dtype=np.float32, order="C")
    after = before.copy()
    with over_rows(len(before)) as call:
        for number in range(epochs):
            progress.report(stage, number, epochs, "epochs")
            alpha = np.float32(1 - number / epochs)
            of_edges = edges.indptr, edges.indices, edges.every, due, ties
            for half, pushes in enumerate(HALVES):
                call(epoch, before, after, *of_edges, *coefficients, alpha, number, half, pushes, seed)
                before, after = after, before
    progress.report(stage, epochs, epochs, "epochs")
    return before


def move_on_device(
    device: str, start: np.ndarray, edges: Edges, min_dist: float, seed: int, progress: Progress
) -> np.ndarray:
    """As `move`, of one map and on a device of torch's: the same steps, rounded as the device does.

    Raises
    ------
    Cancelled
        Through `progress`.
    DeviceFull
        The device has no room.
    """
    moved = MapEpochs(start, edges.indptr, edges.indices, edges.every, forces_of(min_dist), seed, device)
    epochs = epochs_for(len(start))
    for number in range(epochs):
        progress.report("projection", number, epochs, "epochs")
        moved.epoch(number, np.float32(1 - number / epochs))
    progress.report("projection", epochs, epochs, "epochs")
    return moved.places()


def forces_of(min_dist: float) -> Forces:
    """Return what moves a point, as `parallel_kernel` has it."""
    from bioviz.analysis.projection import parallel_kernel as kernel

    return Forces(
        *kernel.tables(*curve(min_dist)), kernel.SHIFT, kernel.HALVES, kernel.NEARER, float(kernel.CLIP)
    )


def device_for(clips: int, n_neighbors: int, wanted: str | None = None) -> tuple[str | None, str]:
    """Return the GPU that is to lay out so many clips or None, and why not; see `map_epochs.map_device`."""
    from bioviz.analysis.projection.parallel_kernel import HALVES

    return map_device(clips, 2 * n_neighbors * clips, max(HALVES), wanted)


def epochs_for(n: int) -> int:
    """Return how often the points move: as umap-learn, but twice as often where clips are few.

    All points move at once here, by where the others were, and settle later than one after the other: with 5 neighbors
    and 500 epochs a set of 440 clips keeps .006 to .011 fewer of them than umap-learn's (mean of 24 seeds), with 1,000
    .001 to .006 fewer. They take a second.
    """
    return 1000 if n <= FEW else 500 if n <= 10_000 else 200


def fuzzy_graph(indices: np.ndarray, distances: np.ndarray) -> csr_matrix:
    """(n, n) float32: how much two clips belong together by UMAP; equal to umap-learn's fuzzy simplicial set.

    Parameters
    ----------
    indices, distances : (n, m)
        Neighbors, the clip itself first, then from near to far.
    """
    from scipy.sparse import csr_matrix

    from bioviz.analysis.projection.parallel_kernel import memberships

    n, m = indices.shape
    distances = np.ascontiguousarray(distances, dtype=np.float32)
    strengths = np.empty((n, m), dtype=np.float32)
    with over_rows(n) as call:
        call(memberships, distances, float(distances.mean(dtype=np.float64)), strengths)
    ends = np.arange(0, n * m + 1, m)
    directed = csr_matrix(
        (strengths.ravel(), indices.ravel(), ends), shape=(n, n), copy=True
    )  # changed in place
    directed.eliminate_zeros()
    back = directed.T.tocsr()
    both = (directed + back - directed.multiply(back)).tocsr()
    both.sort_indices()
    return both


def edges_of(graphs: Sequence[csr_matrix]) -> Edges:
    """Return the edges of maps that are moved together, without those that no epoch draws.

    Parameters
    ----------
    graphs : each (n, n)
        How much two clips belong together.
    """
    from scipy.sparse import block_diag, csr_matrix

    epochs = epochs_for(len(graphs[0].indptr) - 1)
    drawn, every = [], []
    for graph in graphs:
        pulling = graph.copy()
        pulling.data[pulling.data < pulling.data.max(initial=0) / epochs] = 0
        pulling.eliminate_zeros()
        every.append(pulling.data.max(initial=0) / pulling.data)
        drawn.append(pulling)
    both = drawn[0] if len(drawn) == 1 else csr_matrix(block_diag(drawn, format="csr"))
    return Edges(both.indptr, both.indices, np.concatenate(every))


def curve(min_dist: float, spread: float = SPREAD) -> tuple[float, float]:
    """Return a and b with which 1 / (1 + a d^2b) is nearest to 1 below `min_dist` and exp(-(d - min_dist)) beyond."""
    from scipy.optimize import curve_fit

    distance = np.linspace(0, spread * 3, 300)
    wanted = np.where(distance < min_dist, 1.0, np.exp(-(distance - min_dist) / spread))
    (a, b), _ = curve_fit(lambda d, a, b: 1 / (1 + a * d ** (2 * b)), distance, wanted)
    return float(a), float(b)


def principal_axes(x: np.ndarray, progress: Progress | None = None) -> np.ndarray:
    """(n, 2) float32: the first two principal components.

    Each core takes rows of its own and products are summed in the order of the rows, so that the number of cores does
    not show in them.
    """
    progress = progress or Silent()
    n, d = x.shape
    mean = x.mean(axis=0, dtype=np.float64).astype(np.float32)

    def centred(rows: slice) -> np.ndarray:
        return np.asarray(x[rows], dtype=np.float32) - mean

    def product(rows: slice) -> np.ndarray:
        part = centred(rows)
        return part.T @ part

    with threadpool_limits(1):
        spread = np.zeros((d, d))
        for number, part in enumerate(in_order(product, n, _ROWS)):
            progress.report("projection", min(n, number * _ROWS), n)
            spread += part
        axes = np.linalg.eigh(spread)[1][:, ::-1][:, :2].astype(np.float32)
        # The largest loading of each is positive: an axis has no sign of its own.
        axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
        places = np.zeros((n, 2), dtype=np.float32)
        places[:, : axes.shape[1]] = np.concatenate(
            list(in_order(lambda rows: centred(rows) @ axes, n, _ROWS))
        )
    return places


def spread_out(places: np.ndarray, seed: int) -> np.ndarray:
    """(n, 2) float32: the same places between 0 and 10, no two in one."""
    widest = np.abs(places).max()
    scaled = places * (_WIDE / widest if widest > 0 else 0.0)
    scaled = scaled + np.random.default_rng(seed).normal(scale=_JITTER, size=places.shape)
    low, high = scaled.min(axis=0), scaled.max(axis=0)
    return (_WIDE * (scaled - low) / np.maximum(high - low, 1e-12)).astype(np.float32)
