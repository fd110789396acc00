"""Registering datasets, noticing changes, uploads, exports."""

from __future__ import annotations

import dataclasses
import io
import os
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from bioviz.datasets import export, library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.files import upload
from bioviz.datasets.sound_files.unchanged import check_unchanged
from bioviz.datasets.types import Clips, Dataset, Recording, WindowPlan
from bioviz.errors import BadInput, Missing
from bioviz.progress import Silent
from tests.datasets.sounds import kinds, labels_of, write


@pytest.fixture
def boxed(tmp_path) -> Dataset:
    """Detection: one stem in two formats, a recording in a sub-folder, two labels, one clip with both."""
    root = tmp_path / "boxed"
    write(root / "a.wav", seconds=7.5)
    write(root / "a.flac", seconds=6, seed=1)
    write(root / "S1" / "S1_20240501_040000.wav", seconds=6, seed=2)
    (root / "t.csv").write_text(
        "path,start_s,end_s,label,low_hz,high_hz,observer\na.wav,0.5,1.5,owl,100,900,Ada\n"
        "a.wav,1,2,tawny frog,,,\na.flac,4,5,owl,,,\nS1/S1_20240501_040000.wav,3,6,owl,,,\n"
    )
    return build_dataset(root, options={"width_s": 2, "hop_s": 2})


def _same(a: Dataset, b: Dataset) -> None:
    assert a.version == b.version
    for field in dataclasses.fields(Dataset):
        if field.name != "clips":
            assert getattr(a, field.name) == getattr(b, field.name), field.name
    for field in dataclasses.fields(Clips):
        assert np.array_equal(getattr(a.clips, field.name), getattr(b.clips, field.name)), field.name


def test_what_is_saved_comes_back(boxed):
    library.save(boxed)
    library._memory.clear()
    _same(library.load(boxed.id), boxed)
    assert boxed.annotations[0].extras == {"observer": "Ada"}, (
        "or what is kept of other columns is not tested"
    )
    (summary,) = library.list_datasets()
    assert (summary.id, summary.clips, summary.recordings, summary.version) == (boxed.id, 9, 3, boxed.version)
    assert summary.labels == ("owl", "tawny frog") and summary.background_share == pytest.approx(5 / 9)
    assert library.load(boxed.id) is library.load(boxed.id)


def test_labels_of_a_clip(boxed):
    for row, on in enumerate(boxed.clips.labels):
        assert boxed.labels_of(row) == [name for name, is_on in zip(boxed.labels, on, strict=True) if is_on]
    assert any(boxed.labels_of(row) for row in range(len(boxed.clips)))


def test_a_dataset_without_labels_comes_back(tmp_path):
    write(tmp_path / "a.wav")
    dataset = build_dataset(tmp_path)
    library.save(dataset)
    library._memory.clear()
    _same(library.load(dataset.id), dataset)


def test_saving_again_replaces_what_is_in_memory(boxed):
    library.save(boxed)
    library.load(boxed.id)
    library.save(dataclasses.replace(boxed, name="other"))
    assert library.load(boxed.id).name == "other"
    assert [s.name for s in library.list_datasets()] == ["other"]


def test_missing_removed_damaged_and_ill_named(boxed, own_cache):
    with pytest.raises(Missing, match="nope"):
        library.load("nope")
    for ill in ("../x", "", "a/b", "x.summary", ".hidden"):
        with pytest.raises(Missing):
            library.load(ill)
    library.save(boxed)
    file = own_cache / "datasets" / f"{boxed.id}.json"
    file.write_text(file.read_text()[:100])
    with pytest.raises(Missing, match="damaged"):
        library.load(boxed.id)
    library.remove(boxed.id)
    assert library.list_datasets() == []
    with pytest.raises(Missing):
        library.remove(boxed.id)


def test_changed_and_vanished_files_are_noticed(boxed):
    assert check_unchanged(boxed) == []
    first, second, third = (r.path for r in boxed.recordings)
    os.utime(first)  # touched, with the same bytes
    assert check_unchanged(boxed) == []
    write(second, seconds=6, seed=99)
    third.unlink()
    found = {p.file: p.detail for p in check_unchanged(boxed)}
    assert set(found) == {boxed.recordings[1].name, boxed.recordings[2].name}
    assert "changed" in found[boxed.recordings[1].name] and "no longer" in found[boxed.recordings[2].name]


def test_a_look_that_may_read_little_goes_further_the_next_time(boxed):
    long_ago = time.time() - 3600
    for recording in boxed.recordings:
        content = bytearray(recording.path.read_bytes())
        content[-1] ^= 1
        recording.path.write_bytes(content)
        os.utime(recording.path, (long_ago, long_ago))  # a hash is remembered of what has settled
    largest = max(recording.size for recording in boxed.recordings)
    seen = [len(check_unchanged(boxed, largest)) for _ in boxed.recordings]
    assert 0 < seen[0] < 3 and seen == sorted(seen) and seen[-1] == 3


def test_a_scan_is_a_draft_until_it_is_saved(boxed):
    params = {"root": boxed.source["root"], "name": "Mine", "options": {"width_s": 2, "hop_s": 2}}
    result = library.scan_job(params, Silent())
    assert library.list_datasets() == []
    draft = library.load_draft(result["dataset"])
    assert draft.name == "Mine" and draft.version == boxed.version
    with pytest.raises(BadInput, match="outside"):
        library.scan_job({"root": "/"}, Silent())


def test_a_hundred_thousand_clips_load_quickly(capsys):
    n, each = 100_000, 50
    recordings = tuple(
        Recording(Path(f"/d/{i}.wav"), f"{i}.wav", f"{i:064x}", 44_100, 1, 44_100 * each, size=i)
        for i in range(n // each)
    )
    number = np.arange(n)
    on = np.zeros((n, 50), dtype=bool)
    on[number, number % 50] = True
    starts = (number % each).astype(float)
    split = np.array(["train", "test"])[number // each % 2]
    clips = Clips((number // each).astype(np.int32), starts, starts + 1, on, split)
    labels = tuple(f"species {i:02}" for i in range(50))
    plan = WindowPlan(1, 1)
    big = Dataset("big", "big", "detection", 44_100, labels, recordings, (), plan, clips, {"root": "/d"})
    library.save(big)
    library._memory.clear()
    start = time.perf_counter()
    loaded = library.load("big")
    cold = time.perf_counter() - start
    start = time.perf_counter()
    library.load("big")
    warm = time.perf_counter() - start
    assert np.array_equal(loaded.clips.labels, on) and loaded.recordings[-1] == recordings[-1]
    assert cold < 2 and warm < 0.05
    with capsys.disabled():
        print(f"\nload 100,000 clips in 2,000 recordings: {cold:.2f} s, again {warm * 1000:.2f} ms")


# --- exports read back --------------------------------------------------------------------------------------


def _read_back(boxed: Dataset, tables: dict[str, bytes], reader: str) -> dict[str, list[set[str]]]:
    root = Path(boxed.source["root"])
    (root / "t.csv").unlink(missing_ok=True)
    for name, content in tables.items():
        (root / name).write_bytes(content)
    again = build_dataset(root, reader=reader, options={"width_s": 2, "hop_s": 2})
    assert set(kinds(again)) <= {"background_label", "same_stem"}
    return labels_of(again)


def test_csv_reads_back(boxed):
    rows = np.arange(len(boxed.clips))
    table = export.to_csv(boxed, rows, {"score": np.linspace(0, 1, 9), "note": ["a;b"] * 9})
    assert table.decode().splitlines()[0] == "path,start_s,end_s,label,split,site,recorded_at,clip,score,note"
    assert _read_back(boxed, {"out.csv": table}, "csv") == labels_of(boxed)


def test_csv_of_whole_files_reads_back(tmp_path):
    root = tmp_path / "files"
    for i, name in enumerate(("owl, tawny", 'say "hi"', "noise")):
        write(root / name / "a.wav", seed=i)
    dataset = build_dataset(root)
    (root / "out.csv").write_bytes(export.to_csv(dataset, [0, 1, 2]))
    again = build_dataset(root)
    assert again.source["reader"] == "csv" and again.task == "classification"
    assert labels_of(again) == labels_of(dataset)
    assert [r.split for r in again.recordings] == [r.split for r in dataset.recordings]


def test_raven_one_table_a_recording_reads_back(boxed):
    tables = export.to_raven(boxed, np.arange(len(boxed.clips)))
    ending = ".Table.1.selections.txt"
    assert sorted(tables) == [n + ending for n in ("S1/S1_20240501_040000", "a.flac", "a.wav")]
    assert _read_back(boxed, tables, "raven") == labels_of(boxed)


def test_raven_combined_runs_on_and_reads_back(boxed):
    table = export.to_raven_combined(boxed, np.arange(len(boxed.clips)))
    lines = [line.split("\t") for line in table.decode().splitlines()]
    begin, offset, file = (lines[0].index(c) for c in ("Begin Time (s)", "File Offset (s)", "Begin File"))
    before, length = 0.0, {Path(r.name).name: r.duration_s for r in boxed.recordings}
    seen: list[str] = []
    for line in lines[1:]:
        if line[file] not in seen:
            before += length[seen[-1]] if seen else 0.0
            seen.append(line[file])
        assert float(line[begin]) == pytest.approx(before + float(line[offset]), abs=1e-5)
    assert len(seen) == 3
    assert _read_back(boxed, {"all.txt": table}, "raven") == labels_of(boxed)


def test_audacity_reads_back(boxed):
    tables = export.to_audacity(boxed, np.arange(len(boxed.clips)))
    assert _read_back(boxed, tables, "audacity") == labels_of(boxed)


def test_an_empty_selection_exports_nothing(boxed):
    assert export.to_raven(boxed, []) == {} and export.to_audacity(boxed, []) == {}
    assert len(export.to_csv(boxed, []).splitlines()) == 1


# --- uploads ------------------------------------------------------------------------------------------------


def _zip(entries: dict[str, bytes], **more) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, content in entries.items():
            archive.writestr(
                zipfile.ZipInfo(name), content
            )  # without the time of day: the same bytes each time
    return file


def test_a_zip_becomes_a_dataset_and_the_same_zip_the_same_folder(tmp_path, own_cache):
    wav = write(tmp_path / "w.wav").read_bytes()
    other = write(tmp_path / "v.wav", seed=1).read_bytes()
    entries = {"owl/a.WAV": wav, "noise/b.wav": other, "__MACOSX/owl/._a.WAV": b"x", "owl/.DS_Store": b"x",
               "run.exe": b"x", "readme.txt": b"hello"}  # fmt: skip
    folder = upload.store([("My calls.zip", _zip(entries))])
    assert folder.name == "My calls" and folder.is_relative_to(own_cache / "uploads")
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()) == [
        "noise/b.wav", "owl/a.WAV", "readme.txt",
    ]  # fmt: skip
    assert build_dataset(folder).labels == ("owl",)
    assert upload.store([("My calls.zip", _zip(entries))]) == folder


def test_loose_files_with_their_tables(tmp_path):
    wav = write(tmp_path / "w.wav").read_bytes()
    folder = upload.store([("a.wav", io.BytesIO(wav)), ("a.txt", io.BytesIO(b"0.5\t1.5\towl\n"))])
    assert build_dataset(folder).labels == ("owl",)


@pytest.mark.parametrize(
    "name", ["../out.wav", "/etc/out.wav", "x/../../out.wav", "..\\out.wav", "C:/out.wav"]
)
def test_a_zip_cannot_write_outside(name, own_cache):
    with pytest.raises(BadInput, match="outside"):
        upload.store([("z.zip", _zip({"ok.wav": b"x", name: b"x"}))])
    assert not [p for p in own_cache.rglob("*") if p.is_file()]


def test_links_bombs_passwords_and_rubbish(monkeypatch, own_cache):
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("a.wav")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    cases = [
        ("link", link),
        ("cannot be unpacked", io.BytesIO(b"PK no zip")),
        ("no audio", _zip({"a.exe": b"x"})),
    ]
    monkeypatch.setattr(upload, "MAX_BYTES", 1_000_000)
    cases.append(("more than 0.0 GB", _zip({"a.wav": bytes(2_000_000)})))
    locked = bytearray(_zip({"a.wav": b"x"}).getvalue())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        locked[locked.index(mark) + (6 if mark[2] == 3 else 8)] |= 1
    cases.append(("password", io.BytesIO(bytes(locked))))
    for message, file in cases:
        with pytest.raises(BadInput, match=message):
            upload.store([("z.zip", file)])
    monkeypatch.setattr(upload, "MAX_FILES", 2)
    with pytest.raises(BadInput, match="more than 2 files"):
        upload.store([("z.zip", _zip({f"{i}.wav": b"x" for i in range(3)}))])
    assert not [p for p in own_cache.rglob("*") if p.is_file()]
