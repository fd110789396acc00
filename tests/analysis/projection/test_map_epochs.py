"""The epochs in torch are the processor's: the same random numbers and steps, as faithful a map, the same bytes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from bioviz.analysis.neighbors.knn import knn
from bioviz.analysis.projection import parallel_kernel, parallel_umap
from bioviz.analysis.projection.layouts import ProjectionSpec, project, umap_neighbors
from bioviz.analysis.projection.parallel_umap import Edges, edges_of, fuzzy_graph, principal_axes, spread_out
from bioviz.analysis.projection.trustworthiness import trustworthiness
from bioviz.errors import BadInput, Cancelled
from bioviz.models.devices import map_epochs
from bioviz.models.devices.map_epochs import DeviceFull, MapEpochs, map_device
from bioviz.progress import Silent
from tests.analysis.projection.test_parallel_kernel import counted

SPEC = ProjectionSpec(method="umap_parallel", n_neighbors=8)
DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")),
]


@pytest.fixture(autouse=True)
def one_thread():
    """Threads of torch's wait for each other in each of very many short steps."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    return load_digits().data[:300].astype(np.float32)


@pytest.fixture(scope="module")
def edges(digits) -> Edges:
    return edges_of([fuzzy_graph(*umap_neighbors(digits, SPEC, None, Silent()))])


def forces() -> map_epochs.Forces:
    return parallel_umap.forces_of(0.1)


def test_random_numbers_are_the_kernels():
    drawn = torch.tensor([0, 1, 7, 2**33, 2**40 + 3])
    for seed, counter in product((0, 42, 2**31), (0, 1, 999)):
        ours = map_epochs._counted(seed, counter, drawn)
        assert [each % 2**64 for each in ours.tolist()] == [counted(seed, counter, e) for e in drawn.tolist()]


@pytest.mark.parametrize("device", DEVICES)
def test_the_first_epochs_are_the_processors(digits, edges, device):
    start = spread_out(principal_axes(digits), 3)
    moved = MapEpochs(start, edges.indptr, edges.indices, edges.every, forces(), 3, device)
    tables = parallel_kernel.tables(*parallel_umap.curve(0.1))
    due, before, after = edges.every.copy(), start.copy(), start.copy()
    drawn = []
    for number in range(1, 5):  # no edge is due in the first
        alpha = np.float32(0.1)  # small steps, as differences grow by each
        for half, pushes in enumerate(parallel_kernel.HALVES):
            of_edges = edges.indptr, edges.indices, edges.every, due, parallel_umap._NO_TIES
            parallel_kernel.epoch(
                0, len(start), before, after, *of_edges, *tables, alpha, number, half, pushes, 3
            )
            before, after = after, before
        drawn.append(len(moved._edges_due(number).edges))
        moved.epoch(number, alpha)
        assert np.array_equal(moved._due.cpu().numpy(), due)
        np.testing.assert_allclose(moved.places(), before, atol=2e-3)
    assert min(drawn) > 300 and len(set(drawn)) > 1
    assert np.abs(before - start).max() > 0.5


@pytest.mark.parametrize("device", DEVICES)
def test_the_map_is_as_faithful_as_the_processors_and_the_same_each_time(digits, device):
    graph = knn(digits, 30, "euclidean")
    maps = {each: project(digits, SPEC, graph, device=each) for each in (None, device)}
    trust = [trustworthiness(digits, xy) for xy in maps.values()]
    kept = [
        np.mean([len(np.intersect1d(*pair)) / 15 for pair in zip(near, graph.indices[:, :15], strict=True)])
        for near in (knn(xy, 15, "euclidean").indices for xy in maps.values())
    ]
    print(f"\ntrustworthiness {trust}, neighbors kept {kept}")
    assert trust[1] > trust[0] - 0.01 and kept[1] > kept[0] - 0.03  # as a seed may move it
    torch.set_num_threads(2)
    few = ProjectionSpec(method="umap_parallel", n_neighbors=5)
    once, again = (project(digits[:60], few, device=device) for _ in range(2))
    torch.set_num_threads(1)
    assert once.tobytes() == again.tobytes() == project(digits[:60], few, device=device).tobytes()


def test_rows_without_edges_stay_and_what_is_given_stays_as_it_was():
    start = np.arange(8, dtype=np.float32).reshape(4, 2)
    indptr, indices, every = np.array([0, 1, 2, 2, 2]), np.array([1, 0]), np.ones(2, np.float32)
    given = start.copy(), every.copy()
    moved = MapEpochs(start, indptr, indices, every, forces(), 0, "cpu")
    moved.epoch(0, np.float32(1))
    assert np.array_equal(moved.places(), start), "nothing is due"
    moved.epoch(1, np.float32(1))
    assert (
        np.array_equal(moved.places()[2:], start[2:]) and (moved.places()[:2] != start[:2]).any(axis=1).all()
    )
    assert np.array_equal(start, given[0]) and np.array_equal(every, given[1])


def test_it_stops_between_two_epochs(digits):
    heard = []

    class Stop:
        def report(self, stage: str, done: float, total: float, unit: str = "", note: str = "") -> None:
            if unit == "epochs":
                heard.append((done, total))
            if unit == "epochs" and done >= 3:
                raise Cancelled("enough")

    with pytest.raises(Cancelled):
        project(digits, SPEC, progress=Stop(), device="cpu")
    assert heard == [(done, parallel_umap.epochs_for(len(digits))) for done in range(4)]


def test_a_full_device_says_so(digits, edges, monkeypatch):
    moved = MapEpochs(spread_out(principal_axes(digits), 3), *vars(edges).values(), forces(), 3, "cpu")

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(moved, "_others", full)
    with pytest.raises(DeviceFull, match="ran out of memory"):
        moved.epoch(1, np.float32(1))


@pytest.mark.parametrize(
    ("clips", "wanted", "free", "device", "why"),
    [
        (map_epochs.FROM, None, 40e9, "cuda", ""),
        (map_epochs.FROM, "cuda:1", 40e9, "cuda:1", ""),
        (map_epochs.FROM, "all", 40e9, "cuda", ""),
        (map_epochs.FROM, "cpu", 40e9, None, ""),
        (map_epochs.FROM - 1, None, 40e9, None, ""),
        (map_epochs.FROM, None, 0.1e9, None, "the GPU has 0.1 GB free and it may take 0.3 GB"),
    ],
)
def test_a_gpu_is_taken_where_it_has_room(monkeypatch, clips, wanted, free, device, why):
    monkeypatch.setattr(map_epochs, "shows_a_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (int(free), int(80e9)))
    found, said = parallel_umap.device_for(clips, 50, wanted)
    assert found == device and why in said and bool(why) == bool(said)
    if device is not None:
        with pytest.raises(BadInput, match="no GPU 2"):
            parallel_umap.device_for(clips, 50, "cuda:2")
    monkeypatch.setattr(map_epochs, "shows_a_gpu", lambda: False)
    assert map_device(clips, 10, 3, wanted) == (None, "")
