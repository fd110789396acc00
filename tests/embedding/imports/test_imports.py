"""Embeddings of other programs, in their published layouts: read whole, matched, opened as runs, written again."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.cli import main
from bioviz.datasets import library
from bioviz.datasets.types import Annotation
from bioviz.embedding.imports.export import to_parquet, write_hoplite
from bioviz.embedding.imports.match import import_job, import_results
from bioviz.embedding.imports.preview import look
from bioviz.embedding.imports.read import read_results
from bioviz.embedding.imports.results import Unclear
from bioviz.embedding.imports.usearch_file import read_index
from bioviz.embedding.pipeline import embed_dataset
from bioviz.embedding.stored.sets import open_set
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.brought import imported
from bioviz.progress import Silent
from tests.embedding.helpers import make_dataset, write_wav
from tests.embedding.imports import layouts

DIM = 10
NAMES = ("a/one.wav", "a/two.wav", "b/three.wav")


@pytest.fixture
def dataset(tmp_path):
    """Three recordings of 3 s, cut into windows of 1 s; a call in the first second of each."""
    paths = [write_wav(tmp_path / "sounds" / name, seed=i) for i, name in enumerate(NAMES)]
    boxes = [Annotation(i, 0.1, 0.9, "call") for i in range(3)]
    made = make_dataset(tmp_path / "sounds", paths, starts_s=(0.0, 1.0, 2.0), annotations=boxes)
    labels = (made.clips.start_s == 0.0)[:, None]
    made = replace(made, clips=replace(made.clips, labels=labels))
    library.save(made)
    return made


@pytest.fixture
def vectors() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(9, DIM)).astype(np.float16).astype(np.float32)


WINDOWS = [(name, float(start)) for name in NAMES for start in range(3)]


def table(path, extra=(), columns=("filename", "start_s", "end_s")):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, *extra])
        for name, start in WINDOWS:
            writer.writerow([name, start, start + 1][: len(columns)])
    return path


def npy(root, vectors):
    np.save(root / "m.npy", vectors)
    table(root / "m.csv")
    return root / "m.npy"


def npz(root, vectors):
    names, starts = zip(*WINDOWS, strict=True)
    np.savez(
        root / "m.npz",
        embeddings=vectors,
        path=np.array(names),
        start=np.array(starts),
        end=np.array(starts) + 1,
    )
    return root / "m.npz"


def parquet(root, vectors):
    import pyarrow
    import pyarrow.parquet

    names, starts = map(list, zip(*WINDOWS, strict=True))
    columns = {"file": names, "start": starts, "end": [s + 1 for s in starts], "embedding": vectors.tolist()}
    pyarrow.parquet.write_table(pyarrow.table(columns), root / "m.parquet")
    return root / "m.parquet"


def wide_csv(root, vectors):
    path = root / "m.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "start", "end", *(f"feature_{i}" for i in range(DIM))])
        for (name, start), row in zip(WINDOWS, vectors.tolist(), strict=True):
            writer.writerow([name, start, start + 1, *row])
    return path


def bacpipe(root, vectors):
    blocks = {name: vectors[3 * i : 3 * i + 3] for i, name in enumerate(NAMES)}
    layouts.write_bacpipe(root / "results", "perch_v2", blocks, 1.0)
    return root / "results"


def hoplite(root, vectors):
    names, starts = zip(*WINDOWS, strict=True)
    layouts.write_hoplite(root / "db", names, np.array([(s, s + 1) for s in starts]), vectors)
    return root / "db"


def birdnet(root, vectors):
    for i, name in enumerate(NAMES):
        path = root / "birdnet" / name.replace(".wav", ".birdnet.embeddings.txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = vectors[3 * i : 3 * i + 3].tolist()
        path.write_text(
            "".join(f"{s}.0\t{s + 1}.0\t{','.join(map(str, row))}\n" for s, row in enumerate(rows))
        )
    return root / "birdnet"


LAYOUTS = (npy, npz, parquet, wide_csv, bacpipe, hoplite, birdnet)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: each.__name__)
def test_every_layout_gives_each_clip_its_own_embedding(layout, dataset, vectors, tmp_path):
    (tmp_path / "theirs").mkdir()
    done = import_results(read_results(layout(tmp_path / "theirs", vectors)), dataset)
    assert done.dataset == dataset.id and done.clips == 9 and done.notes == ()
    embeddings = embed_dataset(dataset, done.model, "imported")
    np.testing.assert_array_equal(embeddings.matrix, vectors)
    assert open_set(dataset, done.model, "imported").key == embeddings.key


def test_it_opens_as_a_run_without_any_model_and_embeds_nothing_new(dataset, vectors, tmp_path):
    done = import_results(read_results(npy(tmp_path, vectors)), dataset, "Theirs")
    run = runs.compute_run(
        runs.RunSpec(dataset.id, done.model, "imported", projection=ProjectionSpec(method="pca"))
    )
    np.testing.assert_array_equal(run.embedding, vectors)
    card = registry.card(done.model)
    assert card.title == "Theirs (imported)" and card in registry.list_models() and not card.trainable
    assert registry.checkpoint_state(done.model, "imported").available
    with pytest.raises(BadInput, match="computed elsewhere"):
        registry.open_model(done.model, "imported")
    registry.remove(done.model)
    assert registry.imported_of("resnet18") is None and imported.cards() == []


def test_other_windows_become_a_dataset_of_the_same_recordings_labelled_by_the_same_rule(dataset, tmp_path):
    rng = np.random.default_rng(1)
    blocks = {name: rng.normal(size=(6, DIM)).astype(np.float32) for name in NAMES}
    layouts.write_bacpipe(tmp_path / "half", "birdnet", blocks, 0.5)
    done = import_results(read_results(tmp_path / "half"), dataset)
    windows = library.load(done.dataset)
    assert windows.id != dataset.id and windows.plan.width_s == 0.5 and len(windows.clips) == 18
    assert any("windows of 0.5 s" in note for note in done.notes)
    on = windows.clips.labels[:, 0]
    assert windows.clips.start_s[on].tolist() == [0.0, 0.5] * 3  # the box from 0.1 to 0.9 s lies in both
    np.testing.assert_array_equal(
        embed_dataset(windows, done.model, "imported").matrix[:6], blocks["a/one.wav"]
    )
    with pytest.raises(BadInput, match=r"0.5 s"):
        embed_dataset(dataset, done.model, "imported")


def test_where_the_dataset_has_no_clip_a_window_is_no_background(dataset, tmp_path):
    clips = dataset.clips
    keep = (clips.recording != 2) | (clips.start_s == 0.0)
    arrays = {
        name: getattr(clips, name)[keep] for name in ("recording", "start_s", "end_s", "labels", "split")
    }
    fewer = replace(dataset, clips=replace(clips, **arrays))
    library.save(fewer)
    layouts.write_bacpipe(
        tmp_path / "half", "m", {name: np.ones((6, DIM), np.float32) for name in NAMES}, 0.5
    )
    done = import_results(read_results(tmp_path / "half"), fewer)
    windows = library.load(done.dataset)
    assert (windows.clips.recording == 2).sum() == 2  # those in its first second
    assert any("nobody knows what they hold" in note for note in done.notes)


def test_what_is_not_here_is_said_and_what_has_two_names_is_not_guessed(dataset, vectors, tmp_path):
    np.save(tmp_path / "m.npy", vectors)
    lines = [
        ("x/one.wav", 0),
        ("y/one.wav", 1),
        ("two.wav", 0),
        ("two.wav", 1),
        ("two.wav", 2),
        ("four.wav", 0),
    ]
    lines += [("b/three.wav", s) for s in range(3)]
    text = "path,start,end\n" + "".join(f"{name},{start},{start + 1}\n" for name, start in lines)
    (tmp_path / "m.csv").write_text(text)
    done = import_results(read_results(tmp_path / "m.npy"), dataset)
    assert done.clips == 6  # two.wav by its name; x/one.wav and y/one.wav could both be a/one.wav
    assert any("3 recordings that are not in test" in note for note in done.notes)
    embeddings = embed_dataset(dataset, done.model, "imported")
    assert np.flatnonzero(embeddings.valid).tolist() == [3, 4, 5, 6, 7, 8]
    assert [failure.file for failure in embeddings.failures] == ["a/one.wav"]
    with pytest.raises(BadInput, match="None of its"):
        import_results(replace(read_results(tmp_path / "m.npy"), names=("z.wav",) * 9), dataset)


def test_columns_that_are_not_understood_are_asked_about(vectors, tmp_path):
    np.save(tmp_path / "m.npy", vectors)
    table(tmp_path / "m.csv", columns=("aufnahme", "von"))
    with pytest.raises(Unclear, match="path and start and end") as told:
        read_results(tmp_path / "m.npy")
    assert told.value.columns == ("aufnahme", "von") and told.value.missing == ("path", "start", "end")
    given = {"path": "aufnahme", "start": "von", "window_s": "1"}
    assert read_results(tmp_path / "m.npy", None, given).end_s.tolist() == [1.0, 2.0, 3.0] * 3
    with pytest.raises(BadInput, match="no column 'bis'"):
        read_results(tmp_path / "m.npy", None, {**given, "end": "bis"})


def test_an_older_hoplite_database_needs_the_length_of_its_windows(vectors, tmp_path):
    names, starts = zip(*WINDOWS, strict=True)
    layouts.write_hoplite(tmp_path / "db", names, np.array([(s, s) for s in starts]), vectors, older=True)
    with pytest.raises(BadInput, match="how long one is"):
        read_results(tmp_path / "db")
    read = read_results(tmp_path / "db", None, {"window_s": "3"})
    assert read.names == names and read.end_s.tolist() == [s + 3 for s in starts]
    np.testing.assert_array_equal(read.matrix, vectors)


class Ran(Exception):
    """Something in a file was run."""


class Trap:
    def __reduce__(self):
        return exec, ("raise __import__('tests.embedding.imports.test_imports', fromlist=['Ran']).Ran()",)


def hostile(root, vectors):
    """Names of what is wrong, and the files."""
    objects = np.empty(9, dtype=object)
    objects[:] = [Trap()] * 9
    np.save(root / "objects.npy", objects, allow_pickle=True)
    np.savez(root / "objects.npz", embedding=vectors, path=objects, start=objects, end=objects)
    header = (
        b"\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (900000000000, 4096), }"
    )
    (root / "huge.npy").write_bytes(header.ljust(128, b" "))
    (root / "cut.npy").write_bytes(npy(root, vectors).read_bytes()[:150])
    (root / "no.parquet").write_bytes(b"PAR1 nothing PAR1")
    for name, change in {
        "outside": ("b/three.wav", "../../three.wav"),
        "bomb": ("model_name: perch_v2", "a: &a [x,x]\nb: &b [*a,*a]\nmodel_name: [*b,*b]"),
        "python": ("model_name: perch_v2", "model_name: !!python/object/apply:os.system ['true']"),
        "count": ("nr_embeds_per_file:\n  - 3", "nr_embeds_per_file:\n  - 4"),
    }.items():
        path = bacpipe(root / name if (root / name).mkdir() is None else root, vectors) / "metadata.yml"
        changed = path.read_text().replace(*change)
        assert changed != path.read_text(), name
        path.write_text(changed)
        (root / name / "results").rename(root / f"bacpipe-{name}")
    for name in ("short", "codes", "version", "view"):
        (root / name).mkdir()
        folder = hoplite(root / name, vectors).rename(root / f"hoplite-{name}")
        index = folder / "usearch.index"
        if name == "short":
            index.write_bytes(index.read_bytes()[:-4])
        elif name == "codes":
            layouts.write_index(index, np.ones((9, DIM)), range(1, 10), kind=23)
        elif name == "version":
            layouts.write_index(index, vectors, range(1, 10), major=3)
        else:
            with closing(sqlite3.connect(folder / "hoplite.sqlite")) as database:
                database.executescript(
                    "ALTER TABLE windows RENAME TO w; CREATE VIEW windows AS SELECT * FROM w;"
                )
    return [
        *(root / each for each in ("objects.npy", "objects.npz", "huge.npy", "cut.npy", "no.parquet")),
        *root.glob("bacpipe-*"),
        *root.glob("hoplite-*"),
    ]


def test_hostile_and_damaged_files_get_a_sentence_and_run_nothing(vectors, tmp_path):
    tried = hostile(tmp_path, vectors)
    assert len(tried) == 13
    for path in tried:
        with pytest.raises(BadInput):
            read_results(path)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "metadata.yml").symlink_to("/etc/hostname")
    with pytest.raises(BadInput):
        import_job({"path": str(tmp_path / "link"), "dataset": "x"}, Silent())


def test_exports_are_read_again(dataset, vectors, tmp_path):
    done = import_results(read_results(npy(tmp_path, vectors)), dataset)
    embeddings = embed_dataset(dataset, done.model, "imported")
    (tmp_path / "out.parquet").write_bytes(to_parquet(dataset, embeddings))
    again = read_results(tmp_path / "out.parquet")
    np.testing.assert_array_equal(again.matrix, vectors)
    assert again.names == tuple(name for name, _ in WINDOWS)
    assert main(["export-embeddings", dataset.id, done.model, "--out", str(tmp_path / "cli.parquet")]) == 0
    assert (tmp_path / "cli.parquet").read_bytes() == (tmp_path / "out.parquet").read_bytes()


def test_a_hoplite_database_is_written_with_the_library_that_hoplite_opens_it_with(
    dataset, vectors, tmp_path
):
    uindex = pytest.importorskip("usearch.index", reason="USearch is not installed: pip install usearch")
    done = import_results(read_results(npy(tmp_path, vectors)), dataset)
    embeddings = embed_dataset(dataset, done.model, "imported")
    assert write_hoplite(tmp_path / "db", dataset, embeddings) == 9
    again = read_results(tmp_path / "db")  # by our own reader
    np.testing.assert_array_equal(again.matrix, vectors)
    assert again.start_s.tolist() == [start for _, start in WINDOWS]
    index = uindex.Index(ndim=DIM, path=str(tmp_path / "db" / "usearch.index"), view=True)  # as hoplite does
    own, keys = read_index(tmp_path / "db" / "usearch.index")
    for key, vector in zip(keys.tolist(), own, strict=True):
        np.testing.assert_array_equal(np.asarray(index.get(key), np.float32), vector)
    with closing(sqlite3.connect(tmp_path / "db" / "hoplite.sqlite")) as database:
        assert database.execute("SELECT count(*), min(label) FROM annotations").fetchone() == (3, "call")
    with pytest.raises(BadInput, match="there already"):
        write_hoplite(tmp_path / "db", dataset, embeddings)


def test_the_command_line_imports(dataset, vectors, tmp_path, capsys):
    assert main(["import-embeddings", str(hoplite(tmp_path, vectors)), dataset.id, "--title", "Perch"]) == 0
    assert "9 clips have embeddings" in capsys.readouterr().out
    assert main(["import-embeddings", str(tmp_path / "nothing"), dataset.id]) == 1
    assert "is not there" in capsys.readouterr().err


def test_the_first_rows_of_a_table_are_shown_before_it_is_read(tmp_path):
    """CSV, Parquet, arrays; a folder has nothing to show."""
    import pandas as pd

    vectors = np.arange(24, dtype=np.float32).reshape(3, 8)
    names = pd.DataFrame(
        {"datei": ["a.wav", "b.wav", "c.wav"], "Start (s)": [0, 3, 6], "note": ["x" * 90, "", ""]}
    )
    names.assign(vector=list(vectors)).to_parquet(tmp_path / "t.parquet")
    pd.concat([names, pd.DataFrame(vectors).add_prefix("dim")], axis=1).to_csv(
        tmp_path / "t.csv", index=False
    )
    np.save(tmp_path / "m.npy", vectors)
    assert look(tmp_path / "m.npy") is None and look(tmp_path) is None
    names.to_csv(tmp_path / "m.csv", index=False)
    np.savez(tmp_path / "m.npz", emb=vectors, datei=names["datei"].to_numpy(dtype=str))
    expected = {"t.parquet": "vector", "t.csv": "dim0 to dim7", "m.npy": None, "m.npz": "emb"}
    for name, embedding in expected.items():
        head = look(tmp_path / name)
        assert head.columns[0] in ("datei", "emb") and len(head.rows) in (3, 5)
        assert ("embedding" in head.asked) == (embedding is not None)
        assert embedding is None or head.guessed["embedding"] == embedding
        assert "path" in head.missing({}) and "path" not in head.missing({"path": "datei"})
        assert "end" in head.missing({}) and "end" not in head.missing({"window_s": "3"})
    assert look(tmp_path / "t.csv").rows[0][2].endswith("…")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    for name, content in (("e.csv", b""), ("f.csv", b"\xff\xfe\x00"), ("g.npz", b"PK")):
        (tmp_path / name).write_bytes(content)
    for name in ("bad.parquet", "e.csv", "f.csv", "g.npz"):
        with pytest.raises(BadInput, match=name):
            look(tmp_path / name)
