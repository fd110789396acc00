"""How far a job is, as the browser asks for it."""

from __future__ import annotations

import pytest

from bioviz import jobs
from bioviz.jobs import Job, describe, progress


def test_a_job_that_ended_says_so(tmp_path, get):
    params = {"folder": str(tmp_path), "to": 1, "pause_s": 0.0}
    job = jobs.start("count", "tests.jobs.targets:count", params)
    assert jobs.wait(job.id, 120).state == "done"
    reply = get(f"/bioviz/jobs/{job.id}.json")
    assert reply.status == 200 and reply.headers["cache-control"] == "private, no-cache"
    assert reply.json == progress(jobs.get(job.id))
    assert reply.json["over"] is True


@pytest.mark.parametrize("job_id", ["0" * 20 + "-1", "..", "%2e%2e%2fjobs", "a%20b", "x" * 5000])
def test_what_is_no_job_is_not_found(job_id, get):
    assert get(f"/bioviz/jobs/{job_id}.json").status == 404


def test_other_sites_learn_nothing(get):
    assert get(f"/bioviz/jobs/{'0' * 20}-1.json", Sec_Fetch_Site="cross-site").status == 403


def test_how_far_it_is_is_a_line_a_share_and_what_it_says_of_itself():
    job = Job("a-1", "run", "", {}, "", "running", stage="embedding", done=30, total=40, unit="clips")
    told = progress(Job(**{**vars(job), "message": "epoch 2 of 8", "rate": 12.34, "eta_s": 75.0}))
    assert told == {
        "text": "Embedding · 30 of 40 clips · 12.3 clips a second · about 1 min 15 s left",
        "share": 0.75,
        "note": "Epoch 2 of 8",
        "over": False,
    }
    assert progress(job)["note"] == "" and progress(Job("a-1", "", "", {}, "", "queued"))["share"] == 0
    assert progress(Job(**{**vars(job), "done": 41.0}))["share"] == 1
    assert describe(Job("a-1", "", "", {}, "", "queued")) == "Starting…"
