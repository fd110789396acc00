"""Where a job's models run: told to its process, kept when it is started again, no part of what it is."""

from __future__ import annotations

import os

import pytest

from bioviz import jobs, rights
from bioviz.jobs.where import CLUSTER, DEVICE, chosen, started_on, take_over


def test_a_job_runs_where_it_was_told_to_also_when_it_is_started_again(monkeypatch):
    monkeypatch.setenv("BIOVIZ_CLUSTERS", "local:2")
    with started_on({DEVICE: "cuda:1", CLUSTER: "local:2"}):
        first = jobs.start("where", "tests.jobs.targets:where", {})
    assert chosen() == {}
    done = jobs.wait(first.id, 30)
    again = jobs.wait(jobs.restart(first.id).id, 30)
    for job in (done, again):
        assert job.state == "done" and job.result is not None, jobs.log_text(job.id)
        assert (job.result[DEVICE], job.result[CLUSTER]) == ("cuda:1", "local:2")
    assert jobs.find("where", {}) is not None  # the same work, wherever it runs


def test_a_job_whose_cluster_is_offered_no_more_says_so(monkeypatch):
    monkeypatch.setenv("BIOVIZ_CLUSTERS", "tcp://old:8786 local:2")
    monkeypatch.setenv(CLUSTER, "")  # what is taken over goes with the test
    take_over({CLUSTER: "tcp://old:8786"})
    monkeypatch.setenv("BIOVIZ_CLUSTERS", "local:2")
    monkeypatch.setenv(CLUSTER, "")
    with started_on({CLUSTER: "tcp://old:8786"}):
        first = jobs.start("where", "tests.jobs.targets:where", {"again": True})
    done = jobs.wait(first.id, 30)
    assert done.state == "failed" and "tcp://old:8786, which this server does not offer" in done.message
    monkeypatch.setenv(CLUSTER, "tcp://old:8786")  # that of the settings
    take_over({CLUSTER: "tcp://old:8786"})


def test_who_may_look_chooses_no_place(monkeypatch):

    def refuse() -> None:
        raise rights.NotAllowed("no")

    monkeypatch.setattr(rights, "require", refuse)
    with started_on({CLUSTER: "local"}), pytest.raises(rights.NotAllowed):
        jobs.start("where", "tests.jobs.targets:where", {}, looks=True)


def test_a_job_takes_over_no_other_setting(monkeypatch):
    monkeypatch.setenv(DEVICE, "cpu")
    path = os.environ["PATH"]
    take_over({"PATH": "/evil", DEVICE: ""})
    take_over(["PATH"])
    assert os.environ["PATH"] == path and os.environ[DEVICE] == ""
