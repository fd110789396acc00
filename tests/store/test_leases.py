"""Leases: one holder at a time on a disk that computers share, whatever becomes of holders and clocks."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bioviz.errors import BadInput, Cancelled
from bioviz.store.claims import computers, leases, shared_disk
from bioviz.store.claims.leases import release_all, try_lease
from bioviz.store.claims.locks import locked, try_lock, uses_leases

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops and kills with POSIX signals")

RENEW_S, WATCH_S, STALE_S = 0.05, 0.3, 0.6

PROCESS = """
import sys, time
from pathlib import Path
from bioviz.store.claims import computers, leases
leases.RENEW_S, leases.WATCH_S, leases.STALE_S = 0.05, 0.3, 0.6
computer = sys.argv[1]
if computer:
    computers.this_computer = lambda: computer  # as if it ran elsewhere
"""
HOLDER = (
    PROCESS
    + """
lease = leases.try_lease(Path(sys.argv[2]))
print("held" if lease else "none", flush=True)
for line in sys.stdin:
    if line.strip() == "release":
        lease.release()
    print("lost" if lease.lost else "kept", flush=True)
"""
)
RACER = (
    PROCESS
    + """
root, turns = Path(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
held = [leases.try_lease(root / str(i)) for i in range(turns)]
print(*(int(each is not None) for each in held), flush=True)
sys.stdin.readline()  # holds them until all have tried
"""
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for name, value in (("RENEW_S", RENEW_S), ("WATCH_S", WATCH_S), ("STALE_S", STALE_S)):
        monkeypatch.setattr(leases, name, value)
    yield
    release_all()
    leases._watched.clear()


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def tell(process: subprocess.Popen[str], word: str) -> str:
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def taken_after(folder: Path, at_most_s: float = 5.0) -> float:
    """Seconds until this process gets the lease."""
    started = time.monotonic()
    while time.monotonic() - started < at_most_s:
        if try_lease(folder) is not None:
            return time.monotonic() - started
        time.sleep(0.02)
    raise AssertionError("never taken over")


def is_kept_for(folder: Path, seconds: float) -> bool:
    """Whether nobody else gets it for so long, asking all the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if try_lease(folder) is not None:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "a.leases"


def test_one_holds_it_and_another_thread_may_release_it(folder):
    first = try_lease(folder)
    assert first is not None and try_lease(folder) is None
    thread = threading.Thread(target=first.release)
    thread.start()
    thread.join()
    second = try_lease(folder)
    assert second is not None and not second.lost
    assert len(list(folder.iterdir())) == 1, "what holders leave behind does not grow"


def test_of_processes_that_race_exactly_one_gets_each(tmp_path):
    turns = 60
    racers = [start(RACER, f"computer {i}", tmp_path, turns) for i in range(3)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    won = [racer.stdout.readline().split() for racer in racers]
    for racer in racers:
        racer.communicate("\n")
    assert [sum(map(int, each)) for each in zip(*won, strict=True)] == [1] * turns
    assert sum("1" in each for each in won) > 1, "they did race"
    assert all(try_lease(tmp_path / str(i)) is not None for i in range(turns)), "released at the end"


def test_that_of_a_process_killed_on_this_computer_is_free_at_once(folder):
    holder = start(HOLDER, "", folder)
    assert holder.stdout.readline() == "held\n"
    assert try_lease(folder) is None
    holder.kill()
    holder.wait()
    assert try_lease(folder) is not None


def test_that_of_a_process_killed_elsewhere_is_free_when_it_is_stale(folder):
    holder = start(HOLDER, "elsewhere", folder)
    assert holder.stdout.readline() == "held\n"
    assert is_kept_for(folder, 2 * STALE_S), "the living one renews it"
    holder.kill()
    holder.wait()
    assert WATCH_S <= taken_after(folder) <= STALE_S + 0.5


def test_a_paused_holder_loses_it_to_exactly_one_and_finds_out(folder):
    holder = start(HOLDER, "elsewhere", folder)
    assert holder.stdout.readline() == "held\n"
    os.kill(holder.pid, signal.SIGSTOP)
    new: list[leases.Lease] = []

    def want():
        deadline = time.monotonic() + 2 * STALE_S + 1
        while time.monotonic() < deadline:
            if (lease := try_lease(folder)) is not None:
                new.append(lease)
            time.sleep(0.01)

    threads = [threading.Thread(target=want) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(new) == 1
    os.kill(holder.pid, signal.SIGCONT)
    time.sleep(4 * RENEW_S)
    assert tell(holder, "?") == "lost"
    assert tell(holder, "release") == "lost"
    holder.communicate()
    assert try_lease(folder) is None and not new[0].lost, "what the old one writes harms nothing"


def test_a_holder_whose_file_is_gone_on_the_server_finds_out(folder, monkeypatch):
    """NFS refuses to write a file that who took over has removed on another computer."""
    lease = try_lease(folder)
    assert not lease.lost
    (folder / "000000002").write_text("taken over")
    (folder / "000000001").unlink()

    def refuse(*_):
        raise OSError(errno.ESTALE, "Stale file handle")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", refuse)
        lease.renew()
    assert lease.lost


FORKED = (
    PROCESS
    + """
import os
lease = leases.try_lease(Path(sys.argv[2]))
for locks in (leases._renewer._changed, lease._lock):
    locks.acquire()  # as the thread that renews may have them just then
child = os.fork()
if child == 0:
    leases.release_all()
    lease.release()
    os._exit(0 if lease.lost else 1)
for locks in (leases._renewer._changed, lease._lock):
    locks.release()
assert os.waitpid(child, 0)[1] == 0
print("held" if leases.try_lease(Path(sys.argv[2])) is None else "free", flush=True)
"""
)


def test_a_fork_releases_nothing_of_its_parent(folder):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, "", str(folder)],
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "held\n"


def test_a_process_that_the_system_shows_to_nobody_else_is_not_taken_for_ended(folder, monkeypatch):
    """As where /proc is mounted with hidepid: the holder belongs to another user."""
    holder = start(HOLDER, "", folder)
    assert holder.stdout.readline() == "held\n"

    def refuse(pid, number):
        raise PermissionError

    monkeypatch.setattr(computers, "start_of", lambda pid: computers.NO_PROCESS)
    with monkeypatch.context() as patch:
        patch.setattr(os, "kill", refuse)
        assert try_lease(folder) is None
    holder.kill()
    holder.wait()
    assert try_lease(folder) is not None


@pytest.mark.parametrize("hours", [-5, 5])
def test_clocks_that_disagree_take_a_lease_from_no_living_holder(folder, monkeypatch, hours):
    """Some file systems date files by the clock of who writes, which may be hours off."""
    real = leases.Lease._write

    def write(self, beginning):
        real(self, beginning)
        date = time.time() + 3600 * hours
        os.utime(self._descriptor, (date, date))

    monkeypatch.setattr(leases.Lease, "_write", write)
    monkeypatch.setattr(time, "time", lambda: 0.0 if hours > 0 else 4e9)  # nor does one's own
    monkeypatch.setattr(leases, "_is_dead", lambda claim: False)
    lease = try_lease(folder)
    assert lease is not None and is_kept_for(folder, 2 * STALE_S)
    leases._renewer.drop(lease)  # it ends without a word
    assert taken_after(folder) <= STALE_S + 0.5


def test_a_server_that_says_how_old_it_is_shortens_the_wait(folder, monkeypatch):
    monkeypatch.setattr(leases, "STALE_S", 30.0)
    lease = try_lease(folder)
    leases._renewer.drop(lease)
    own = next(folder.iterdir())
    os.utime(own, (time.time() - 60, time.time() - 60))
    assert WATCH_S <= taken_after(folder) <= WATCH_S + 1


def test_who_looked_long_ago_gets_nothing(folder, monkeypatch):
    """Its number was given, left behind and removed since."""
    first = try_lease(folder)
    old = leases._read(folder)
    first.release()
    second = try_lease(folder)
    second.release()
    third = try_lease(folder)
    released = leases._Claim(old.number, b"released", old.modified_ns)
    with monkeypatch.context() as patch:
        patch.setattr(leases, "_read", lambda folder: released)
        assert try_lease(folder) is None
    assert try_lease(folder) is None and not third.lost
    assert [path.name for path in folder.iterdir()] == ["000000003"]


def test_without_links_too(folder, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    lease = try_lease(folder)
    assert lease is not None and try_lease(folder) is None
    lease.release()
    assert try_lease(folder) is not None


def test_a_link_whose_answer_was_lost_is_noticed(folder, monkeypatch):
    real = os.link

    def link(source, target):
        real(source, target)
        raise FileExistsError

    monkeypatch.setattr(os, "link", link)
    assert try_lease(folder) is not None


def test_waiting_can_be_cancelled(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CLAIMS", "leases")
    held = try_lock(tmp_path / "a.lock")
    assert isinstance(held, leases.Lease)

    def cancel():
        raise Cancelled

    with pytest.raises(Cancelled), locked(tmp_path / "a.lock", cancel, every_s=0.001):
        pass
    held.release()
    with locked(tmp_path / "a.lock", cancel):
        assert try_lock(tmp_path / "a.lock") is None


MOUNTS = r"""
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /home rw shared:1 - nfs4 server:/home rw,vers=4.2
41 40 0:41 / /home/me/scratch rw - xfs /dev/vdb rw
42 27 0:42 / /shared\040disk rw - lustre 10.0.0.1@tcp:/l rw
43 27 0:43 / /cloud rw - fuse.sshfs me@server: rw
44 27 0:44 / /mine rw - fuse.encfs encfs rw
45 27 0:45 / /over rw - ext4 /dev/vdc rw
46 45 0:46 / /over rw - cifs //server/share rw
"""


@pytest.mark.parametrize(
    ("folder", "shared"),
    [
        ("/data/cache", False),
        ("/home/me/cache", True),
        ("/home/me/scratch/cache", False),
        ("/homes/me", False),
        ("/shared disk/cache", True),
        ("/cloud/x", True),
        ("/mine/x", False),
        ("/over/x", True),
    ],
)
def test_the_disk_decides_between_locks_and_leases(folder, shared, tmp_path, monkeypatch):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)
    monkeypatch.setattr(shared_disk, "_MOUNTS", mounts)
    shared_disk.is_shared.cache_clear()
    assert uses_leases(Path(folder)) is shared
    for chosen in ("leases", "locks"):
        monkeypatch.setenv("BIOVIZ_CLAIMS", chosen)
        assert uses_leases(Path(folder)) is (chosen == "leases")
    monkeypatch.setenv("BIOVIZ_CLAIMS", "lease")
    with pytest.raises(BadInput, match="BIOVIZ_CLAIMS"):
        uses_leases(Path(folder))
    shared_disk.is_shared.cache_clear()
