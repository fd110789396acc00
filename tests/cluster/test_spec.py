"""Names of clusters, and what is said where one cannot be used."""

from __future__ import annotations

import pytest

from bioviz.cluster import spec
from bioviz.cluster.connect import Connection
from bioviz.cluster.spec import ClusterSpec, check_installed, parse_spec
from bioviz.cluster.start import gpu_environments, local_workers
from bioviz.cluster.survey import Computes, choose
from bioviz.embedding.spreading.parcels import FIRST_CLIPS, Parcels
from bioviz.errors import BadInput, BiovizError, Missing


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("local", ClusterSpec("local")),
        ("local:4", ClusterSpec("local", 4)),
        ("slurm:20", ClusterSpec("slurm", 20)),
        ("pbs", ClusterSpec("pbs")),
        ("tcp://10.0.0.1:8786", ClusterSpec("address", address="tcp://10.0.0.1:8786")),
        ("tls://[::1]:8786/", ClusterSpec("address", address="tls://[::1]:8786")),
    ],
)
def test_names_of_clusters(text, read):
    assert parse_spec(text) == read


@pytest.mark.parametrize(
    ("text", "unprotected"),
    [
        ("tcp://10.0.0.1:8786", True),
        ("tcp://[fe80::1]:8786", True),
        ("tcp://localhost:8786", False),
        ("tcp://[::1]:8786", False),
        ("tls://10.0.0.1:8786", False),
        ("local", False),
        ("slurm:3", False),
    ],
)
def test_an_address_that_anybody_may_use_is_warned_of(text, unprotected, monkeypatch, caplog):
    distributed = pytest.importorskip("distributed")

    def nobody_answers(*_, **__):
        raise OSError("refused")

    monkeypatch.setattr(distributed, "Client", nobody_answers)
    assert parse_spec(text).unprotected is unprotected
    if parse_spec(text).kind == spec.ADDRESS:
        with pytest.raises(BiovizError, match="answers"):
            Connection(parse_spec(text))
        said = [message for message in caplog.messages if message.startswith("Warning")]
        assert bool(said) is unprotected
        assert not unprotected or text.replace("tcp", "tls") in said[0]


@pytest.mark.parametrize(
    "text",
    ["", "lsf", "local:0", "local:-1", "local:x", "slurm:", "tcp://host", "http://host:8786", "host:8786"],
)
def test_other_names_are_refused_with_what_there_is(text):
    with pytest.raises(BadInput, match=r"Name local .*slurm:20.*tcp://host:8786"):
        parse_spec(text)


def test_where_dask_is_missing_the_line_that_installs_it_is_said(monkeypatch):
    monkeypatch.setattr(spec.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Missing, match=r"distributed and dask_jobqueue must be installed: pip install"):
        check_installed(ClusterSpec("slurm"))


def test_one_worker_a_gpu_else_one_a_core_as_memory_allows():
    assert local_workers(16, 64 << 30, 0) == 16
    assert local_workers(16, 8 << 30, 0) == 2
    assert local_workers(16, 1 << 30, 0) == 1
    assert local_workers(16, 1 << 30, 4) == 4


def test_each_worker_sees_a_gpu_of_its_own():
    assert [each["CUDA_VISIBLE_DEVICES"] for each in gpu_environments(2, None)] == ["0", "1"]
    assert [each["CUDA_VISIBLE_DEVICES"] for each in gpu_environments(2, "3, GPU-77")] == ["3", "GPU-77"]


GPU, CPU = Computes("cuda", "bfloat16", "H100"), Computes("cpu", "float32", "EPYC")
OTHER = Computes("cuda", "float16", "V100")


def test_workers_that_compute_other_numbers_are_left_out():
    assert choose({"a": GPU, "b": GPU}).among is None
    assert choose({"a": CPU, "b": GPU, "c": "no"}).among == ["b"]
    chosen = choose({"a": OTHER, "b": GPU, "c": GPU})
    assert (chosen.among, chosen.words) == (["b", "c"], "2 workers: H100")
    with pytest.raises(BiovizError, match="no GPU"):
        choose({"a": "there is no GPU"})


class Task:
    rows = (0,)


def test_parcels_grow_and_shrink_to_some_seconds(monkeypatch):
    monkeypatch.setattr("bioviz.embedding.spreading.parcels.sent", lambda task, memory: task)
    parcels = Parcels(iter([Task() for _ in range(1000)]), None, list)
    cut = iter(parcels)
    assert next(cut).clips == FIRST_CLIPS
    parcels.took(FIRST_CLIPS, 0.1)
    assert next(cut).clips == 2 * FIRST_CLIPS
    parcels.took(2 * FIRST_CLIPS, 600.0)
    assert next(cut).clips == FIRST_CLIPS
    assert sum(parcel.clips for parcel in cut) == 1000 - 4 * FIRST_CLIPS
