"""Embedding a dataset: each clip its own numbers, nothing twice, nothing lost, bad files named."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bioviz.config import settings
from bioviz.embedding.acoustic import open_acoustic
from bioviz.embedding.keys import rows_by_recording
from bioviz.embedding.pipeline import embed_with
from bioviz.embedding.stored import block_writer
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.errors import BadInput, Cancelled
from bioviz.progress import Silent
from bioviz.store import DiskFull
from bioviz.store.arrays import save_array
from bioviz.store.packs import packs_in
from tests.embedding.helpers import (
    Calls,
    MomentModel,
    embed,
    expected,
    make_dataset,
    recipe,
    write_wav,
)
from tests.embedding.stored import packs, places_of_blocks


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def dataset(root):
    return make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(6)])


def folder_of_blocks() -> Path:
    return settings().cache_dir / "blocks" / recipe().fingerprint[:32]


def blocks() -> dict[str, tuple[str, int]]:
    return places_of_blocks(folder_of_blocks())


def put_in_files(dataset) -> list[Path]:
    """Store every block in a file of its own, as earlier versions did, and remove the packs."""
    store, files = BlockStore(recipe().fingerprint[:32], 5), []
    for rows, recording in zip(rows_by_recording(dataset), dataset.recordings, strict=True):
        key = recipe().block_key(recording.content_hash, dataset.clips.start_s[rows])
        store.save(key, store.load(key, len(rows)))
        files.append(store.path(key))
    for pack in packs(folder_of_blocks()):
        pack.unlink()
    return files


def forget_set() -> None:
    shutil.rmtree(settings().cache_dir / "sets")


def test_every_clip_gets_the_embedding_of_its_own_sound(dataset):
    found = embed(dataset)
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    assert found.valid.all() and found.failures == () and found.matrix.dtype == np.float32
    assert isinstance(found.matrix, np.memmap)


def test_rows_need_not_be_grouped_by_recording(dataset):
    order = np.random.default_rng(1).permutation(len(dataset.clips))
    columns = {name: getattr(dataset.clips, name)[order] for name in vars(dataset.clips)}
    shuffled = replace(dataset, clips=replace(dataset.clips, **columns))
    np.testing.assert_allclose(embed(shuffled).matrix, expected(shuffled), atol=1e-6)


def test_batches_cross_recordings(root):
    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(40)], starts_s=[0.0])
    calls = Calls()
    embed(dataset, calls)
    assert calls.clips == 40 and max(calls.batches) >= 8 and len(calls.batches) <= 5


def test_a_second_call_opens_no_model_and_reads_no_audio(dataset):
    first = embed(dataset)
    for recording in dataset.recordings:
        recording.path.unlink()
    calls = Calls()
    second = embed(dataset, calls)
    assert calls.opened == 0 and second.key == first.key
    np.testing.assert_array_equal(first.matrix, second.matrix)


def test_an_added_recording_computes_only_itself(dataset, root):
    embed(dataset)
    more = make_dataset(root, [r.path for r in dataset.recordings] + [write_wav(root / "new.wav", seed=99)])
    calls = Calls()
    found = embed(more, calls)
    assert calls.clips == 4
    np.testing.assert_allclose(found.matrix, expected(more), atol=1e-6)


def test_other_labels_and_splits_compute_nothing(dataset):
    key = embed(dataset).key
    relabelled = replace(dataset, clips=replace(dataset.clips, labels=~dataset.clips.labels))
    calls = Calls()
    assert embed(relabelled, calls).key == key and calls.opened == 0


def test_another_model_shares_nothing(dataset):
    first = embed(dataset)
    calls = Calls()
    assert embed(dataset, calls, name="other").key != first.key
    assert calls.clips == len(dataset.clips)


class CancelAfter:
    def __init__(self, clips: int) -> None:
        self.clips = clips

    def report(self, stage, done, total, unit="clips", note=""):
        if done >= self.clips:
            raise Cancelled("stopped")


def test_interrupted_work_goes_on_where_it_was(root):
    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(30)])
    first, second = Calls(), Calls()
    with pytest.raises(Cancelled):
        embed(dataset, first, CancelAfter(60))
    kept = len(blocks())
    assert 0 < kept < 30
    found = embed(dataset, second)
    assert second.clips == (30 - kept) * 4
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other shape"])
def test_a_damaged_block_is_dropped_and_computed_again(dataset, damage):
    embed(dataset)
    forget_set()
    path = put_in_files(dataset)[2]
    raw = bytearray(path.read_bytes())
    if damage == "flip":
        raw[-60] ^= 4
    path.write_bytes({"flip": raw, "cut": raw[:100], "empty": b""}.get(damage, raw))
    if damage == "other shape":
        save_array(path, np.zeros((4, 3), np.float32))
    calls = Calls()
    found = embed(dataset, calls)
    assert calls.clips == 4
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)


def test_blocks_of_earlier_versions_are_used(dataset):
    first = embed(dataset)
    forget_set()
    assert put_in_files(dataset) and not packs(folder_of_blocks())
    calls = Calls()
    assert embed(dataset, calls).matrix.tobytes() == first.matrix.tobytes() and calls.opened == 0


@pytest.mark.parametrize(("at", "clips"), [((5,), 4), ((5, 20, 170), 8), ((-1,), 24)])
def test_of_a_damaged_pack_what_is_damaged_is_computed_again_in_one_go(dataset, at, clips):
    embed(dataset)
    forget_set()
    (pack,) = packs(folder_of_blocks())  # six blocks of 80 bytes
    raw = bytearray(pack.read_bytes())
    for each in at:
        raw[each] ^= 4
    pack.write_bytes(raw)
    packs_in.cache_clear()  # as in another process: this one knows what the index said
    calls = Calls()
    found = embed(dataset, calls)
    assert calls.clips == clips and calls.opened == 1
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    forget_set()
    calls = Calls()
    assert embed(dataset, calls).matrix.tobytes() == found.matrix.tobytes() and calls.opened == 0


@pytest.mark.parametrize("name", ["matrix.npy", "valid.npy", "set.json"])
def test_a_damaged_set_is_put_together_again_from_its_blocks(dataset, name):
    embed(dataset)
    path = next(p for p in (settings().cache_dir / "sets").glob(f"*/{name}") if p.stat().st_size != 0)
    for path in (settings().cache_dir / "sets").glob(f"*/{name}"):
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 128
        path.write_bytes(raw)
    calls = Calls()
    found = embed(dataset, calls)
    assert calls.opened == 0
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    assert len(open_acoustic(dataset)["level_dbfs"]) == len(dataset.clips)


def bad_file(path: Path, kind: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "no audio":
        path.write_bytes(b"this is no sound" * 50)
    elif kind == "zero bytes":
        path.write_bytes(b"")
    elif kind == "zero samples":
        write_wav(path, seconds=0)
    elif kind == "cut short":
        write_wav(path)
        path.write_bytes(path.read_bytes()[:9000])
    return path


@pytest.mark.parametrize("kind", ["no audio", "zero bytes", "zero samples", "gone"])
def test_a_bad_recording_is_named_and_the_rest_goes_on(root, kind):
    good = [write_wav(root / f"{i}.wav", seed=i) for i in range(3)]
    bad = write_wav(root / "bad.wav", seed=50) if kind == "gone" else bad_file(root / "bad.wav", kind)
    dataset = make_dataset(root, [good[0], bad, *good[1:]])
    if kind == "gone":
        bad.unlink()
    found = embed(dataset)
    assert [failure.file for failure in found.failures] == ["bad.wav"]
    assert "bad.wav" in found.failures[0].detail
    assert found.valid.tolist() == [True] * 4 + [False] * 4 + [True] * 8
    assert np.isnan(found.matrix[4:8]).all()
    fine = make_dataset(root, good)
    np.testing.assert_allclose(found.matrix[found.valid], expected(fine), atol=1e-6)
    levels = open_acoustic(dataset)["level_dbfs"]
    assert np.isnan(levels[4:8]).all() and np.isfinite(np.delete(levels, range(4, 8))).all()


def test_a_recording_that_failed_is_tried_again_and_the_rest_is_not(dataset, root):
    path = dataset.recordings[1].path
    shutil.move(path, root / "away")
    assert len(embed(dataset).failures) == 1
    for pack in packs(folder_of_blocks()):
        pack.unlink()  # as a pruning would
    shutil.move(root / "away", path)
    calls = Calls()
    found = embed(dataset, calls)
    assert calls.clips == 4 and found.failures == () and found.valid.all()
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)


def test_a_set_is_never_of_two_kinds_of_numbers(dataset, root):
    """A recording that failed is tried again where a GPU has come: the others are computed there too."""
    path = dataset.recordings[1].path
    shutil.move(path, root / "away")
    first = embed(dataset)
    shutil.move(root / "away", path)
    calls = Calls()
    on_gpu = replace(recipe(), arithmetic="cuda float32 (TF32 off)")
    second = embed_with(dataset, on_gpu, lambda: MomentModel(calls), "test", Silent())
    assert calls.clips == len(dataset.clips) and second.valid.all()
    assert second.key != first.key


def test_no_readable_recording_at_all_is_an_error(root):
    dataset = make_dataset(root, [bad_file(root / f"{i}.wav", "no audio") for i in range(3)])
    with pytest.raises(BadInput, match=r"None of the 3 recordings.*0\.wav"):
        embed(dataset)


def test_a_file_changed_under_its_name_never_gives_its_embeddings(dataset):
    changed = dataset.recordings[2].path
    before = os.stat(changed)
    write_wav(changed, seed=1234)
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size and time as before
    found = embed(dataset)
    assert [(f.kind, f.file) for f in found.failures] == [("changed", "2.wav")]
    assert "has changed since the dataset was added" in found.failures[0].detail
    assert not found.valid[8:12].any() and found.valid.sum() == 20


def test_a_file_replaced_while_it_is_read_is_noticed(root, monkeypatch):
    from bioviz.embedding import source

    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(3)])
    real = source.stream_windows

    def replacing(sound, *arguments):
        for item in real(sound, *arguments):
            if sound.path.name == "1.wav":
                write_wav(sound.path, seed=77)
            yield item

    monkeypatch.setattr(source, "stream_windows", replacing)
    assert [(f.kind, f.file) for f in embed(dataset).failures] == [("changed", "1.wav")]


def test_two_folders_and_two_formats_with_the_same_names_stay_apart(root):
    import soundfile

    paths = [write_wav(root / "north" / "a.wav", seed=1), write_wav(root / "south" / "a.wav", seed=2)]
    samples, rate = soundfile.read(write_wav(root / "x.wav", seed=3))
    soundfile.write(root / "south" / "a.flac", samples, rate)
    first = make_dataset(root / "north", paths[:1])
    second = make_dataset(root / "south", [paths[1], root / "south" / "a.flac"])
    np.testing.assert_allclose(embed(first).matrix, expected(first), atol=1e-6)
    np.testing.assert_allclose(embed(second).matrix, expected(second), atol=1e-6)


@pytest.mark.skipif(sys.platform == "win32", reason="limits open files in the POSIX way")
def test_few_files_are_open_however_many_recordings_are_under_way(root):
    import resource

    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", 0.01, i) for i in range(400)], starts_s=[0.0])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Room for the shards' locks and what is under way, beside what earlier tests of this process hold open.
    opened = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 30
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(opened + 570, hard), hard))
    try:
        found = embed(dataset)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert found.failures == () and found.valid.all()


def test_the_same_recording_twice_in_a_dataset(root):
    path = write_wav(root / "a.wav")
    shutil.copy(path, root / "copy.wav")
    dataset = make_dataset(root, [path, root / "copy.wav"])
    calls = Calls()
    found = embed(dataset, calls)
    np.testing.assert_array_equal(found.matrix[:4], found.matrix[4:])
    assert calls.clips == 4


def test_a_full_disk_is_told_and_loses_nothing(root, monkeypatch):
    dataset = make_dataset(root, [write_wav(root / f"{i}.wav", seed=i) for i in range(12)])
    real, written = os.fsync, []

    def filling(descriptor):
        written.append(descriptor)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", filling)
    monkeypatch.setattr(block_writer, "COMMIT_S", 0.0)
    with pytest.raises(DiskFull, match=r"disk is full.*Free some space"):
        embed(dataset)
    monkeypatch.setattr(os, "fsync", real)
    kept = len(blocks())
    calls = Calls()
    found = embed(dataset, calls)
    assert calls.clips == (12 - kept) * 4
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)
    assert not list(settings().cache_dir.rglob("*.tmp"))


def test_a_batch_too_large_for_memory_is_halved(dataset):
    calls = Calls()
    found = embed(dataset, calls, fits=3)
    assert max(calls.batches) <= 3 and calls.clips == 24
    np.testing.assert_allclose(found.matrix, expected(dataset), atol=1e-6)


def test_one_clip_too_large_for_memory_is_a_sentence(dataset):
    with pytest.raises(BadInput, match=r"not enough memory for one clip of 1\.0 s"):
        embed(dataset, fits=0)


def test_numbers_that_are_none_are_not_valid(dataset):
    found = embed(dataset, broken=True)
    assert not found.valid.any()


def test_an_error_of_the_model_is_not_swallowed(dataset, monkeypatch):
    def failing(self, waveforms, rate):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(MomentModel, "embed", failing)
    with pytest.raises(RuntimeError, match="mat1"):
        embed(dataset)


def test_progress_counts_every_clip_once(dataset):
    seen = []

    class Watch:
        def report(self, stage, done, total, unit="clips", note=""):
            seen.append((stage, done, total))

    embed(dataset, progress=Watch())
    for stage in {stage for stage, _, _ in seen}:
        done = [d for s, d, _ in seen if s == stage]
        assert done == sorted(done) and done[-1] == 24
    assert {total for _, _, total in seen} == {24}


def test_a_block_that_another_process_computes_is_waited_for(dataset, monkeypatch):
    store = BlockStore(recipe().fingerprint[:32], 5)
    own = recipe()
    rows = dataset.clips.start_s[:4]
    key = own.block_key(dataset.recordings[0].content_hash, rows)
    claim = store.claim(dataset.recordings[0].content_hash[:2])
    theirs = np.full((4, 5), 7, np.float32)

    class TheyFinish:
        def report(self, stage, done, total, unit="clips", note=""):
            if note.startswith("waiting") and not store.has(key):
                store.save(key, theirs)
                claim.release()

    calls = Calls()
    found = embed(dataset, calls, TheyFinish())
    assert calls.clips == 20
    np.testing.assert_array_equal(found.matrix[:4], theirs)


WORKER = """
import sys
from pathlib import Path
from tests.embedding.helpers import Calls, embed, make_dataset
root = Path(sys.argv[1])
calls = Calls()
found = embed(make_dataset(root, sorted(root.glob("*.wav"))), calls)
print(calls.clips, found.key, float(found.matrix.sum()))
"""


def test_two_processes_share_the_work(root):
    for i in range(60):
        write_wav(root / f"{i:02d}.wav", seed=i)
    project = Path(__file__).parents[2]
    command = [sys.executable, "-c", WORKER, str(root)]
    workers = [subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    results = [worker.communicate(timeout=120)[0].split() for worker in workers]
    assert sum(int(result[0]) for result in results) == 240
    assert results[0][1:] == results[1][1:]
