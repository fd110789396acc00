"""Jobs live in processes of their own: watched, cancelled, killed and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from bioviz import jobs
from bioviz.errors import Missing
from bioviz.jobs import manager, process
from bioviz.jobs.process import identity, is_alive
from bioviz.jobs.state import judge
from bioviz.jobs.worker import JobProgress
from bioviz.store.files import read_json, write_json

COUNT = "tests.jobs.targets:count"


def until(condition, timeout_s=15.0):
    deadline = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
    return found


@pytest.fixture
def slow(tmp_path):
    """Parameters of a count that lasts until it is stopped."""
    return {"folder": str(tmp_path), "to": 2000, "pause_s": 0.02}


def steps(params) -> int:
    return len(list(Path(params["folder"]).iterdir()))


def pid_of(job) -> int:
    return read_json(manager.jobs_dir() / job.id / "process.json")["pid"]


def test_done_with_result_low_priority_and_own_session(tmp_path):
    job = jobs.start("count", COUNT, {"folder": str(tmp_path), "to": 5, "pause_s": 0}, title="Count to five")
    assert job.title == "Count to five"
    job = jobs.wait(job.id, 20)
    assert job.state == "done", jobs.log_text(job.id)
    assert job.result["made"] == 5 and job.result["session"]
    assert job.result["nice"] >= 5
    assert (job.stage, job.done, job.total) == ("counting", 5, 5)
    assert job.created <= job.started <= job.ended
    assert [one.id for one in jobs.list_jobs()] == [job.id]


def test_killed_worker_is_lost_and_goes_on_when_started_again(slow):
    job = jobs.start("count", COUNT, slow)
    until(lambda: steps(slow) >= 5)
    assert jobs.get(job.id).state == "running"
    os.kill(pid_of(job), signal.SIGKILL)
    lost = until(lambda: (now := jobs.get(job.id)).is_over and now)
    assert lost.state == "lost" and "start it again" in lost.message
    kept = steps(slow)
    quick = {**slow, "to": kept + 3}
    again = jobs.wait(jobs.start("count", COUNT, quick).id, 20)
    assert again.result["made"] == 3
    second = jobs.restart(job.id)  # the same parameters as the lost one
    assert second.id != job.id and second.params == slow
    until(lambda: steps(slow) > kept + 3)
    jobs.cancel(second.id)
    jobs.wait(second.id, 10)


def test_pid_of_another_program_is_not_the_worker(slow):
    job = jobs.start("count", COUNT, slow)
    until(lambda: steps(slow) >= 1)
    path = manager.jobs_dir() / job.id / "process.json"
    mine = read_json(path)
    os.kill(mine["pid"], signal.SIGKILL)
    # As after a restart of the computer: this test's own process now has the worker's pid.
    write_json(path, {**mine, "pid": os.getpid()})
    assert jobs.get(job.id).state == "lost"
    jobs.cancel(job.id, grace_s=0)  # and must not be killed for it
    assert is_alive(identity(os.getpid()))


def test_worker_on_another_machine_is_judged_by_its_heartbeat(slow):
    job = jobs.start("count", COUNT, slow)
    until(lambda: steps(slow) >= 1)
    folder = manager.jobs_dir() / job.id
    os.kill(pid_of(job), signal.SIGKILL)
    write_json(folder / "process.json", {"host": "elsewhere", "pid": 1, "started": 0.0})
    assert jobs.get(job.id).state == "running"
    os.utime(folder / "heartbeat", (time.time() - 3600, time.time() - 3600))
    assert jobs.get(job.id).state == "lost"


def test_cancel_stops_at_the_next_report(slow):
    job = jobs.start("count", COUNT, slow)
    until(lambda: steps(slow) >= 3)
    jobs.cancel(job.id)
    job = jobs.wait(job.id, 10)
    assert job.state == "cancelled" and "kept" in job.message
    count = steps(slow)
    time.sleep(0.2)
    assert steps(slow) == count


def test_cancel_kills_what_does_not_listen(tmp_path):
    job = jobs.start("deaf", "tests.jobs.targets:deaf", {"folder": str(tmp_path)})
    until(lambda: (tmp_path / "begun").exists())
    assert jobs.cancel(job.id, grace_s=0.3).cancelling
    pid = pid_of(job)
    job = jobs.wait(job.id, 10)
    assert job.state == "cancelled"
    until(lambda: not os.path.exists(f"/proc/{pid}") or not is_alive(identity(pid)))


def test_two_starts_share_one_job_and_other_parameters_do_not(slow, tmp_path_factory):
    first = jobs.start("count", COUNT, slow)
    code = (
        "import json, sys; from bioviz import jobs;"
        f"print(jobs.start('count', '{COUNT}', json.loads(sys.argv[1])).id)"
    )
    tabs = [
        subprocess.Popen([sys.executable, "-c", code, json.dumps(slow)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert {tab.communicate()[0].strip() for tab in tabs} == {first.id}
    other = jobs.start("count", COUNT, {**slow, "folder": str(tmp_path_factory.mktemp("other"))})
    assert other.id != first.id
    for job in (first, other):
        jobs.cancel(job.id)
        jobs.wait(job.id, 10)
    # An ended job is not shared: a new start is a new job.
    third = jobs.start("count", COUNT, slow)
    assert third.id not in (first.id, other.id)
    jobs.cancel(third.id)
    jobs.wait(third.id, 10)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("bad_input", "hoot.wav is empty. Record it again."),
        ("bug", "KeyError"),
        ("full_disk", "disk is full"),
        ("absent_function", "AttributeError"),
    ],
)
def test_failure_has_a_sentence_and_a_log(target, message):
    job = jobs.wait(jobs.start("fail", f"tests.jobs.targets:{target}", {"which": target}).id, 20)
    assert job.state == "failed" and message in job.message
    assert "Traceback" not in job.message and "Traceback" in jobs.log_text(job.id)


def test_rate_and_time_left_are_told(slow):
    job = jobs.start("count", COUNT, slow)
    seen = until(lambda: (now := jobs.get(job.id)).rate and now)
    assert 5 < seen.rate < 60  # 50 a second less overhead, on a machine that may be busy
    assert seen.eta_s == pytest.approx((seen.total - seen.done) / seen.rate)
    assert seen.message.startswith("step") and seen.silent_s < 10
    jobs.cancel(job.id)
    jobs.wait(job.id, 10)


def test_old_finished_jobs_are_cleared_away(tmp_path, monkeypatch):
    monkeypatch.setattr(manager, "KEEP_FINISHED", 1)
    ids = []
    for to in (1, 2, 3):
        ids.append(jobs.start("count", COUNT, {"folder": str(tmp_path), "to": to, "pause_s": 0}).id)
        jobs.wait(ids[-1], 20)
    # The first goes when the third starts: then two were finished and one is kept.
    assert {job.id for job in jobs.list_jobs()} == set(ids[1:])
    with pytest.raises(Missing, match="no job"):
        jobs.get(ids[0])


@pytest.mark.parametrize("job_id", ["", "../sets", "nothing", "a/b", "0123456789"])
def test_unknown_ids_are_missing(job_id):
    with pytest.raises(Missing):
        jobs.get(job_id)


@pytest.mark.parametrize(
    ("recorded", "alive", "asked", "state"),
    [
        ("done", False, True, "done"),  # finished before the cancel was seen
        ("failed", True, False, "failed"),
        ("running", True, True, "running"),
        ("running", False, True, "cancelled"),
        ("running", False, False, "lost"),
        ("queued", False, False, "lost"),
        ("queued", True, False, "queued"),
    ],
)
def test_judgement(recorded, alive, asked, state):
    assert judge(recorded, alive, asked) == state


@pytest.mark.parametrize("wrong", [{"params": 3}, {"title": None}, {"created": "now"}, {"kind": []}])
def test_a_record_of_the_wrong_shape_hides_that_job_alone(tmp_path, wrong):
    good, bad = (
        jobs.start("count", COUNT, {"folder": str(tmp_path), "to": to, "pause_s": 0.0}) for to in (1, 2)
    )
    for job in (good, bad):
        jobs.wait(job.id, 120)
    path = manager.jobs_dir() / bad.id / "spec.json"
    write_json(path, {**read_json(path), **wrong})
    assert [job.id for job in jobs.list_jobs()] == [good.id]
    for state in ([1], {"state": "done", "result": 3, "ended": 1.0}):
        write_json(manager.jobs_dir() / good.id / "state.json", state)
        assert jobs.list_jobs() == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system has no ticks since its start")
def test_a_step_of_the_clock_takes_no_living_process_for_another(monkeypatch):
    me = process.identity(os.getpid())
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: me["started"] + 3600)
    assert process.is_alive(me)
    assert not process.is_alive({**me, "since_boot": me["since_boot"] + "1"})
    old = {name: value for name, value in me.items() if name != "since_boot"}
    assert not process.is_alive(old), "a record without ticks is compared by the clock"


def test_a_process_that_ended_and_nobody_waited_for_is_not_alive():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    named = identity(child.pid)
    assert is_alive(named)
    child.stdin.close()  # it ends, and stays in the table of processes until its parent looks
    until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE)
    assert not is_alive(named)
    child.wait()


def test_asking_twice_to_cancel_does_not_begin_the_time_of_grace_anew(tmp_path):
    job = jobs.start("deaf", "tests.jobs.targets:deaf", {"folder": str(tmp_path)})
    until(lambda: (tmp_path / "begun").exists())
    jobs.cancel(job.id, grace_s=3600)
    first = (manager.jobs_dir() / job.id / "cancel").stat().st_mtime_ns
    time.sleep(0.05)
    jobs.cancel(job.id, grace_s=3600)
    assert (manager.jobs_dir() / job.id / "cancel").stat().st_mtime_ns == first
    jobs.cancel(job.id, grace_s=0)
    assert jobs.wait(job.id, 10).state == "cancelled"


def test_work_that_is_being_cancelled_is_not_joined_and_the_newest_is_found(tmp_path):
    params = {"folder": str(tmp_path)}
    old = jobs.start("deaf", "tests.jobs.targets:deaf", params)
    until(lambda: (tmp_path / "begun").exists())
    jobs.cancel(old.id, grace_s=3600)
    new = jobs.start("deaf", "tests.jobs.targets:deaf", params)
    assert new.id != old.id
    assert jobs.find("deaf", params).id == new.id
    for job in (old, new):
        jobs.cancel(job.id, grace_s=0)
        jobs.wait(job.id, 10)
    assert jobs.find("deaf", params).id == new.id


def test_of_a_long_log_the_end_is_told():
    job = jobs.wait(jobs.start("fail", "tests.jobs.targets:bug", {}).id, 20)
    whole = jobs.log_text(job.id)
    assert whole.rstrip().endswith("KeyError: 'absent'")
    assert jobs.log_text(job.id, last=10) == whole[-10:]


def test_a_stage_has_a_rate_of_its_own(tmp_path, monkeypatch):
    """What one stage did in the blink of an eye does not make the next one look quick."""
    clock = [0.0]
    monkeypatch.setattr("bioviz.jobs.worker.time.monotonic", lambda: clock[0])
    progress = JobProgress(tmp_path)

    def rate(stage: str, done: float) -> float | None:
        progress.report(stage, done, 20_000)
        clock[0] += 1.0
        return read_json(tmp_path / "state.json")["rate"]

    assert rate("reading", 0) is None
    assert rate("reading", 5000) == pytest.approx(5000)
    assert rate("embedding", 0) is None
    assert rate("embedding", 2) == pytest.approx(2)
