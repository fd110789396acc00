"""What must survive: processes killed at any moment, several writers at a time, logs with other bytes, two users."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioviz import jobs
from bioviz.datasets import library
from bioviz.flags import flag, load_flags
from tests.browsing import PROJECT, free_port
from tests.server import samples

TRIES = int(os.environ.get("BIOVIZ_FAULT_TRIES", "60"))
QUICK = "BIOVIZ_FAULT_TRIES" not in os.environ  # the same tries each time, so that CI does not fail by chance

WRITER = """
import sys
from bioviz.datasets import library
from bioviz.flags import flag
dataset, user, most = library.load(sys.argv[1]), sys.argv[2], int(sys.argv[3])
for number in range(most):
    id = f"{user}-{number:08d}"
    flag(dataset, number % len(dataset.clips), "fine", user=user, id=id, note="x" * 200)
    print(id, flush=True)
"""
SERVER = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from bioviz import jobs
from bioviz.server import routes
from bioviz.server.access import Guard
job = jobs.start("count", "tests.jobs.targets:count", {"folder": sys.argv[2], "to": 20, "pause_s": 0.2})
print(job.id, flush=True)
uvicorn.run(Starlette(routes=routes(), middleware=[Middleware(Guard)]), port=int(sys.argv[1]), log_level="warning")
"""


@pytest.fixture
def dataset(own_cache, tmp_path):
    dataset = samples.build(tmp_path / "recordings")
    library.save(dataset)
    return dataset


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_three_writers_lose_nothing_and_one_that_is_killed_loses_nothing_that_it_was_told_is_kept(dataset):
    most = 150
    users = ("anna", "anna", "ben")  # two tabs of one user, and another
    writers = [python(WRITER, dataset.id, user, str(most)) for user in users]
    doomed = python(WRITER, dataset.id, "carl", "100000")
    acknowledged = [doomed.stdout.readline().strip() for _ in range(20)]
    doomed.send_signal(signal.SIGKILL)
    acknowledged += doomed.stdout.read().split()
    doomed.wait()
    for writer in writers:
        assert len(writer.communicate(timeout=300)[0].split()) == most
    from bioviz.flags import FLAG_LOGS

    logs = {each.user: each for each in FLAG_LOGS.read(dataset.id)}
    assert {user: log.damaged for user, log in logs.items() if user != "carl"} == {"anna": 0, "ben": 0}
    for user in ("anna", "ben"):
        assert logs[user].ids >= {f"{user}-{number:08d}" for number in range(most)}
    assert logs["carl"].ids >= set(acknowledged) and logs["carl"].damaged <= 1
    flag(dataset, 0, "fine", user="carl", id="after-the-crash")
    assert "after-the-crash" in FLAG_LOGS.read(dataset.id, "carl")[0].ids


def test_a_server_that_is_killed_keeps_acknowledged_flags_and_its_job_goes_on(dataset, tmp_path):
    port = free_port()
    server = python(SERVER, str(port), str(tmp_path))
    job_id = server.stdout.readline().strip()
    kept: list[str] = []

    def user(name: str) -> None:
        number = 0
        while True:
            told = {
                "id": f"{name}-{number:08d}",
                "version": dataset.version[:12],
                "user": name,
                "kind": "fine",
            }
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"}
                connection.request("POST", f"/bioviz/flags/{dataset.id}/0", json.dumps(told), headers)
                if connection.getresponse().status == 200:
                    kept.append(told["id"])
                    number += 1
            except (OSError, http.client.HTTPException):
                if server.poll() is not None:
                    return
                time.sleep(0.05)

    users = [threading.Thread(target=user, args=(name,), daemon=True) for name in ("anna", "ben")]
    for each in users:
        each.start()
    deadline = time.monotonic() + 120
    while len(kept) < 20 and time.monotonic() < deadline:
        time.sleep(0.05)
    server.send_signal(signal.SIGKILL)
    server.wait()
    for each in users:
        each.join(60)
    from bioviz.flags import FLAG_LOGS

    written = frozenset().union(*(log.ids for log in FLAG_LOGS.read(dataset.id)))
    assert len(kept) >= 20 and set(kept) <= written, "a flag that was said to be kept is lost"
    assert len(load_flags(dataset).by_row[0]) == 2, "each user has one flag of the clip"
    assert jobs.wait(job_id, 120).state == "done", "the job ended with the server"


def test_one_job_is_started_once_however_many_ask_for_it(own_cache, tmp_path):
    params = {"folder": str(tmp_path), "to": 3, "pause_s": 0.1}
    with ThreadPoolExecutor(6) as pool:
        started = list(
            pool.map(lambda _: jobs.start("count", "tests.jobs.targets:count", params).id, range(6))
        )
    assert len(set(started)) == 1
    assert jobs.wait(started[0], 120).state == "done"


def test_a_log_of_other_bytes_gives_the_flags_that_are_whole_and_no_others(dataset, own_cache):
    for number in range(6):
        flag(
            dataset,
            number % len(dataset.clips),
            "fine",
            user="anna",
            id=f"act-{number:08d}",
            note=f"heard {number}",
        )
    (path,) = (own_cache / "flags" / dataset.id).glob("*.jsonl")
    data = path.read_bytes()
    from bioviz.flags import FLAG_LOGS

    (before,) = FLAG_LOGS.read(dataset.id)
    known = {each.id: each for each in before.records}
    change = st.tuples(st.integers(0, len(data) - 1), st.binary(max_size=6), st.integers(0, 40))

    @settings(max_examples=TRIES, derandomize=QUICK, suppress_health_check=list(HealthCheck))
    @given(st.lists(change, min_size=1, max_size=4))
    def read(changes):
        other = bytearray(data)
        for at, new, gone in changes:
            other[at : at + gone] = new
        path.write_bytes(other)
        (log,) = FLAG_LOGS.read(dataset.id)
        # A line without its checksum, as earlier versions wrote them, cannot be told from one that lost it.
        for each in log.records:
            assert each.id not in known or each == known[each.id] or b"\t" not in bytes(other), each
        load_flags(dataset)

    read()
