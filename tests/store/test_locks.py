"""Locks between threads and processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from bioviz.errors import Cancelled
from bioviz.store.claims.locks import locked, try_lock
from bioviz.store.hashes import HashMemory

HOLDER = """
import sys, time
from pathlib import Path
from bioviz.store.claims.locks import try_lock
lock = try_lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_only_one_holds_a_lock_and_another_thread_may_free_it(tmp_path):
    first = try_lock(tmp_path / "a.lock")
    assert try_lock(tmp_path / "a.lock") is None
    assert try_lock(tmp_path / "b.lock") is not None
    thread = threading.Thread(target=first.release)
    thread.start()
    thread.join()
    assert try_lock(tmp_path / "a.lock") is not None


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_the_lock_of_a_killed_process_is_free(tmp_path):
    path = tmp_path / "a.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    assert try_lock(path) is None
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert try_lock(path) is not None


def test_waiting_can_be_cancelled(tmp_path):
    held = try_lock(tmp_path / "a.lock")
    calls = []

    def waiting():
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled), locked(tmp_path / "a.lock", waiting, every_s=0.001):
        pass
    held.release()
    with locked(tmp_path / "a.lock", waiting):
        assert try_lock(tmp_path / "a.lock") is None
    assert try_lock(tmp_path / "a.lock") is not None


def finalize(path):
    """Date a file back, as if it had been written long ago."""
    os.utime(path, (time.time() - 100, time.time() - 100))


def test_a_content_hash_is_remembered_until_the_file_changes(tmp_path, monkeypatch):
    from bioviz.store import hashes

    reads = []
    real = hashes.hash_file
    monkeypatch.setattr(hashes, "hash_file", lambda path: reads.append(path) or real(path))
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    finalize(path)
    with HashMemory() as memory:
        first = memory.content_hash(path)
        assert first == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with HashMemory() as memory:
        assert memory.content_hash(path) == first and len(reads) == 1
        path.write_bytes(b"abd")
        assert memory.content_hash(path) != first


def test_a_file_just_written_is_not_trusted_by_its_time(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    with HashMemory() as memory:
        first = memory.content_hash(path)
        status = os.stat(path)
        path.write_bytes(b"xyz")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert memory.content_hash(path) != first
