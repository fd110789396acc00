"""Files of this world: damaged zips, names that are no text or no file's elsewhere, headers that cannot be."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bioviz.config import settings as read_settings
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.files import upload
from bioviz.datasets.files.upload import _safe_part
from bioviz.errors import BadInput, BiovizError
from bioviz.models import checkpoints
from bioviz.store.usage import usage
from bioviz.ui.datasets import option_fields

RATE = 8000
# How many broken inputs each test tries: few in CI, as many as wanted where somebody hunts.
TRIES = int(os.environ.get("BIOVIZ_FAULT_TRIES", "100"))
QUICK = "BIOVIZ_FAULT_TRIES" not in os.environ  # the same tries each time, so that CI does not fail by chance


def wav(seed: int = 0, seconds: float = 0.5) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(seed).normal(0, 0.1, int(RATE * seconds))
    soundfile.write(file, noise, RATE, format="WAV")
    return file.getvalue()


def two_classes(root: Path) -> Path:
    for number, label in enumerate(("owl", "background")):
        (root / label).mkdir(parents=True)
        for i in range(3):
            (root / label / f"{i}.wav").write_bytes(wav(10 * number + i))
    return root


def zipped(method: int, name: str = "owl/ä.wav", content: bytes | None = None) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, wav() if content is None else content)
        archive.writestr("labels.csv", "path,label\nowl/ä.wav,owl\n")
    return file.getvalue()


ZIPS = [zipped(m) for m in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)]
changes = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8)


def broken(data: bytes, where: list[tuple[float, int]], keep: float) -> bytes:
    other = bytearray(data)
    for at, byte in where:
        # Half of them near the end, where a zip keeps its directory.
        position = (
            int(at * len(data)) if at < 0.5 else len(data) - 1 - int((at - 0.5) * 2 * min(400, len(data)))
        )
        other[position] = byte
    return bytes(other[: max(1, int(keep * len(other)))]) if keep < 0.9 else bytes(other)


@settings(max_examples=TRIES, derandomize=QUICK)
@given(st.sampled_from(range(len(ZIPS))), changes, st.floats(0, 1))
@example(3, [(0.2, 255), (0.21, 255)], 1.0)  # LZMAError
@example(1, [(0.1, 255), (0.11, 0)], 1.0)  # zlib.error
def test_a_damaged_zip_is_unpacked_or_refused_with_a_sentence(which, where, keep):
    data = broken(ZIPS[which], where, keep)
    try:
        folder = upload.store([("field.zip", io.BytesIO(data))])
    except BiovizError as error:
        assert str(error).endswith(".") and "Traceback" not in str(error)
    else:
        uploads = read_settings().cache_dir / "uploads"
        assert folder.is_relative_to(uploads) and all(p.is_relative_to(uploads) for p in folder.rglob("*"))
    with pytest.raises(BiovizError):
        checkpoints.import_zip(data)


def test_a_zip_of_almost_nothing_does_not_fill_the_disk(own_cache, monkeypatch):
    monkeypatch.setattr(upload, "UNSUSPICIOUS_BYTES", 1_000_000)
    bomb = zipped(zipfile.ZIP_DEFLATED, "a.wav", bytes(50_000_000))
    assert len(bomb) < 100_000
    with pytest.raises(BadInput, match="than recordings are ever packed"):
        upload.store([("field.zip", io.BytesIO(bomb))])
    assert not [path for path in (own_cache / "uploads").rglob("*") if path.is_file()]


def test_uploads_that_no_dataset_uses_are_counted_and_can_be_removed(own_cache):
    kept = upload.store([("a.wav", io.BytesIO(wav(1))), ("b.wav", io.BytesIO(wav(2)))])
    library.save(build_dataset(kept, options={"unannotated": "background"}))
    discarded = upload.store([("c.wav", io.BytesIO(wav(3)))])
    with pytest.raises(BadInput):
        upload.store([("x.zip", io.BytesIO(b"no zip"))])
    assert upload.unused() == [discarded.parent], "a refused one leaves nothing"
    (counted,) = [each for each in usage(read_settings()) if each.name == "uploads"]
    assert counted.files == 3
    assert upload.remove_unused() == 0 and discarded.is_dir(), "somebody may be looking at it"
    os.utime(discarded.parent, (0, 0))
    assert upload.remove_unused() == len(wav(3)) and not discarded.exists() and kept.is_dir()


def test_a_checkpoint_that_unpacks_to_much_more_is_refused_before_it_is_unpacked(monkeypatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(checkpoints.WEIGHTS, bytes(20_000_000))
        archive.writestr(checkpoints.RECORD, "{}")
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it is unpacked"))
    with pytest.raises(BadInput, match="too large"):
        checkpoints.import_zip(file.getvalue())


@pytest.mark.skipif(os.name != "posix", reason="names are text there")
def test_names_that_are_not_utf_8_are_named_and_the_rest_is_read(tmp_path):
    root = two_classes(tmp_path / "calls")
    top = os.fsencode(root)
    os.mkdir(top + b"/\xe9cole")
    for name in (b"/owl/\xff\xe9.wav", b"/\xe9cole/x.wav", b"/\xe9t\xe9.csv"):
        with open(top + name, "wb") as file:
            file.write(wav(99))
    dataset = build_dataset(root, name="calls")
    library.save(dataset)
    assert len(library.load(dataset.id).recordings) == 6
    said = [each for each in dataset.problems if each.kind == "bad_name"]
    assert len(said) == 3 and all(each.file.encode() and "UTF-8" in each.detail for each in said)
    assert all(name.encode() for name in option_fields._tables(root)), "the page cannot send it to a browser"


@pytest.mark.parametrize(
    "name",
    ["con.wav", "a:b.wav", "x" * 200 + ".wav", "dots...", "new\nline.wav", "\u202ertl.wav", "😀.wav"],
)
def test_odd_names_are_read_and_uploaded(tmp_path, name):
    if os.name == "posix":
        root = two_classes(tmp_path / "calls")
        (root / "owl" / name).write_bytes(wav(99))
        dataset = build_dataset(root, name="calls")
        library.save(dataset)
        assert len(library.load(dataset.id).recordings) == 7
    folder = upload.store([(name, io.BytesIO(wav(len(name)))), ("ok.wav", io.BytesIO(wav()))])
    assert len(list(folder.iterdir())) == 2
    assert len(build_dataset(folder, options={"unannotated": "background"}).recordings) == 2


def test_names_of_uploads_fit_every_disk():
    long = _safe_part("ü" * 300 + ".wav")
    assert len(long.encode()) <= 200 and long.endswith(".wav")
    assert long != _safe_part("ü" * 301 + ".wav"), "two long names become one"
    for name, elsewhere in {
        "con.wav": "_con.wav", "NUL": "_NUL", "Com1.txt": "_Com1.txt", "a:b.wav": "a_b.wav", "trail. . ": "trail",
        "dots...": "dots", "what?.wav": "what_.wav", "...": "unnamed", "console.wav": "console.wav",
    }.items():  # fmt: skip
        assert _safe_part(name, windows=True) == elsewhere


def with_rate(rate: int) -> bytes:
    data = bytearray(wav())
    data[24:28] = struct.pack("<I", rate)
    return bytes(data)


@pytest.mark.parametrize(
    ("content", "kind"),
    [(with_rate(1), "unreadable"), (with_rate(0), "unreadable"), (with_rate(2**31 - 1), "unreadable"),
     (wav()[: len(wav()) // 2], "short_of_header"), (wav()[:44], "empty_audio"), (wav()[:20], "unreadable"),
     (b"", "empty_audio"), (b"RIFF" + bytes(40), "unreadable")],
)  # fmt: skip
def test_a_header_that_cannot_be_is_said_and_the_rest_is_read(tmp_path, content, kind):
    root = two_classes(tmp_path / "calls")
    (root / "owl" / "odd.wav").write_bytes(content)
    dataset = build_dataset(root, name="calls")
    assert kind in {each.kind for each in dataset.problems if each.file == "owl/odd.wav"}
    assert len(dataset.recordings) == (7 if kind == "short_of_header" else 6)


ODD = [
    "NaN", "Infinity", "-Infinity", "1e400", "-1e308", "1e-300", "9" * 400, "-5", "0", '"ten"', "[]", "{}", "null",
    "true", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("where", ["length", "st", "ed", "label", "path", "annotations"])
def test_absurd_values_of_beans_are_a_sentence_or_left_out(tmp_path, where, value):
    root = tmp_path / "enabirds"
    root.mkdir()
    lines = []
    for i in range(3):
        (root / f"{i}.wav").write_bytes(wav(i, 3.0))
        fields = {"path": f'"{i}.wav"', "length": "3.0", "st": "0.5", "ed": "1.0", "label": '"owl"'}
        fields |= {where: value} if i == 0 else {}
        boxes = f'[{{"st": {fields["st"]}, "ed": {fields["ed"]}, "label": {fields["label"]}}}]'
        boxes = value if where == "annotations" and i == 0 else boxes
        lines.append(f'{{"path": {fields["path"]}, "length": {fields["length"]}, "annotations": {boxes}}}')
    (root / "enabirds.train.jsonl").write_text("\n".join(lines))
    try:
        dataset = build_dataset(root, reader="beans")
    except BadInput as error:
        assert len(str(error)) < 2000 and str(error).rstrip().endswith(".")
        return
    assert np.isfinite(dataset.clips.start_s).all() and len(dataset.clips) < 100
    library.save(dataset)


@pytest.mark.parametrize(
    ("name", "value"),
    [("BIOVIZ_CACHE_GB", "abc"), ("BIOVIZ_CACHE_GB", "nan"), ("BIOVIZ_CACHE_GB", "inf"), ("BIOVIZ_CACHE_GB", "-1"),
     ("BIOVIZ_CACHE_GB", "9" * 5000), ("BIOVIZ_CACHE", "~nobody-at-all/x"), ("BIOVIZ_DATA", "~nobody-at-all/x"),
     ("BIOVIZ_WEIGHTS", "~nobody-at-all/x")],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_said_by_its_name(monkeypatch, capsys, name, value):
    from bioviz.cli import main

    monkeypatch.setenv(name, value)
    with pytest.raises(BadInput, match=name):
        read_settings()
    assert main(["datasets"]) == 1
    said = capsys.readouterr().err
    assert name in said and "Traceback" not in said and len(said) < 500


def test_an_account_without_a_home_folder_is_told_what_to_set(monkeypatch):
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", no_home)
    assert read_settings().data_roots, "where BIOVIZ_DATA is set, nobody asks for a home"
    monkeypatch.delenv("BIOVIZ_DATA")
    with pytest.raises(BadInput, match="BIOVIZ_DATA"):
        read_settings()


def test_records_of_jobs_of_another_shape_hide_that_job_alone(own_cache):
    from bioviz import jobs

    good = {"kind": "run", "target": "a:b", "params": {}, "title": "Good", "created": 1.0}
    shapes = [
        {}, [], "text", 5, None, {**good, "params": []}, {**good, "created": "yesterday"}, {**good, "title": None},
        {"kind": {}}, [[[]]], {**good, "created": float("nan")}, {**good, "created": 1e400}, {**good, "created": True},
    ]  # fmt: skip
    states = [
        {"state": {}},
        {"state": "done", "result": []},
        {"state": "running", "done": "many"},
        [],
        "x",
        {"rate": []},
    ]
    processes = [{}, [], {"host": 5, "pid": "x", "started": None}, {"host": "", "pid": -1, "started": 0}, "x"]
    folder = own_cache / "jobs"
    for number, (spec, state, process) in enumerate(
        [(good, None, None), *((each, None, None) for each in shapes), *((good, each, None) for each in states),
         *((good, None, each) for each in processes)]
    ):  # fmt: skip
        job = folder / f"{number:020x}-1"
        job.mkdir(parents=True)
        for name, value in (("spec", spec), ("state", state), ("process", process)):
            if name == "spec" or value is not None:
                (job / f"{name}.json").write_text(json.dumps(value))
    (folder / "not-a-job").mkdir()
    (folder / f"{'f' * 20}-one").mkdir()
    listed = jobs.list_jobs()
    assert "Good" in {job.title for job in listed}
    for job in listed:
        assert jobs.describe(job) and jobs.progress(job)
    assert jobs.find("run", {}) is None
