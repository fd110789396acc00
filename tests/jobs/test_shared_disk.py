"""Computers that share the cache folder, where locks of the system hold on each of them alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from bioviz import jobs
from bioviz.jobs import manager
from bioviz.jobs.process import identity
from bioviz.store.claims import disk_clock
from bioviz.store.files import read_json, write_json

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX are made to fail")

COUNT = "tests.jobs.targets:count"
SERVER = """
import fcntl, json, sys
fcntl.flock = lambda *_: None  # other computers do not see it
from bioviz import jobs
from bioviz.store.claims import computers
computers.this_computer = lambda: sys.argv[1]
for line in sys.stdin:
    print(jobs.start("count", sys.argv[2], json.loads(line)).id, flush=True)
"""


@pytest.fixture(autouse=True)
def shared(monkeypatch):
    monkeypatch.setenv("BIOVIZ_CLAIMS", "leases")
    disk_clock._ahead.clear()
    yield
    disk_clock._ahead.clear()


def test_two_servers_on_two_computers_start_one_job_for_one_piece_of_work(tmp_path):
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", SERVER, f"computer {number}", COUNT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    for turn in range(5):
        folder = tmp_path / str(turn)
        folder.mkdir()
        for server in servers:
            line = json.dumps({"folder": str(folder), "to": 2000, "pause_s": 0.02})
            server.stdin.write(f"{line}\n")
            server.stdin.flush()
        ids = {server.stdout.readline() for server in servers}
        assert len(ids) == 1 and ids != {""}
    for server in servers:
        server.communicate()
    assert len(jobs.list_jobs()) == 5
    for job in jobs.list_jobs():
        jobs.cancel(job.id)
        assert jobs.wait(job.id, 10).state == "cancelled"


@pytest.fixture
def elsewhere(tmp_path):
    """The folder of a job whose worker runs on another computer: it ended here, and names another place."""
    job = jobs.start("count", COUNT, {"folder": str(tmp_path), "to": 0, "pause_s": 0})
    jobs.wait(job.id, 20)
    folder = manager.jobs_dir() / job.id
    state = read_json(folder / "state.json")
    write_json(folder / "state.json", {**state, "state": "running", "ended": 0.0})
    write_json(folder / "process.json", {"host": "elsewhere", "pid": 1, "started": 0.0})
    return folder


@pytest.mark.parametrize("ahead_s", [-7200, 7200])
def test_signs_of_life_are_dated_by_the_file_server(elsewhere, monkeypatch, ahead_s):
    real = disk_clock.dated_ns
    monkeypatch.setattr(disk_clock, "dated_ns", lambda folder: real(folder) + ahead_s * 10**9)
    disk_clock._ahead.clear()
    for seconds_ago, state in ((0, "running"), (120, "lost")):
        date = time.time() + ahead_s - seconds_ago
        os.utime(elsewhere / "heartbeat", (date, date))
        assert jobs.get(elsewhere.name).state == state


def test_another_computer_of_the_same_name_is_not_this_one(elsewhere):
    mine = identity(os.getpid())
    other = {**mine, "since_boot": f"another-start {mine['since_boot'].split()[1]}"}
    write_json(elsewhere / "process.json", other)
    (elsewhere / "heartbeat").touch()
    assert jobs.get(elsewhere.name).state == "running", "its heartbeat tells"
