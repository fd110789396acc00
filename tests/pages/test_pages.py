"""Every page of the one list of pages runs, in the states a user meets it in."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from streamlit.testing.v1 import AppTest

from bioviz import runs
from bioviz.analysis.diagnosis.verdict.headline import headline
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.misclustered import words
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.config import settings
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.runs.diagnosis import compute_diagnosis
from bioviz.ui.app.pages import PAGES
from bioviz.ui.components.shared import acts
from bioviz.ui.diagnose.sections import SECTIONS
from bioviz.ui.explore.clip_lists import clip_lists
from tests.sounds import RATE, folder_per_class, saved_calls

FRAME = Path(__file__).resolve().parents[2] / "bioviz" / "ui" / "app" / "frame.py"
PCA = {"method": "pca"}


def open_app(page: str, **query: str) -> AppTest:
    """The app at one of its pages, with query parameters as in a link."""
    app = AppTest.from_file(str(FRAME), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app.switch_page(str(FRAME.parents[3] / "pages" / page)).run()


def go_through(app: AppTest, name: str) -> AppTest:
    """The page after its tab `name` was chosen, which happens in the browser."""
    log = app.session_state["acts"]
    app.session_state["acts"] = acts.with_own(log, acts.CLIP_LIST, name)
    return app.run()


def shown(markdown: str) -> str:
    """What a reader sees where a name was escaped for Markdown."""
    return re.sub(r"\\([^\w\s])", r"\1", markdown)


def texts(elements) -> str:
    """What is read in these elements, a line each."""
    return "\n".join(shown(str(element.value)) for element in elements)


@pytest.fixture
def dataset(tmp_path: Path):
    return saved_calls(tmp_path / "calls", files=5)


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.file)
def test_every_page_opens_with_an_empty_cache(entry):
    app = open_app(entry.file)
    assert not app.exception
    assert app.title, f"{entry.file} has no title"


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.file)
def test_every_page_opens_with_a_dataset(entry, dataset):
    app = open_app(entry.file, dataset=dataset.id)
    assert not app.exception


def test_the_start_page_says_what_it_is_for_and_offers_the_demo():
    app = open_app("home.py")
    assert "background noise" in app.title[0].value
    assert "bioviz" in texts(app.markdown)
    assert any(button.label == "Open the demo" for button in app.button)


def test_explore_without_a_dataset_leads_to_the_start():
    app = open_app("explore.py")
    assert "no dataset yet" in texts(app.info)


def test_explore_offers_to_compute_what_is_not_there(dataset):
    app = open_app("explore.py", dataset=dataset.id, model="acoustic_features")
    assert "not computed yet" in texts(app.subheader)
    assert not app.button(key="compute").disabled


def test_missing_weights_are_a_clear_state_and_nothing_is_computed(dataset):
    app = open_app("explore.py", dataset=dataset.id, model="vggish", checkpoint="pretrained")
    assert "vggish" in texts(app.warning) and "pth" in texts(app.warning), "the file is not named"
    assert not [button for button in app.button if button.key == "compute"]
    assert app.button(key="compute_weights").label == "Open the page Models"


def test_explore_shows_the_scores_of_a_finished_run(dataset):
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(**PCA))
    run = runs.compute_run(spec)
    app = open_app("explore.py", dataset=dataset.id, model="acoustic_features", method="pca")
    assert not app.exception
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["NMI"] == f"{run.scores['nmi']:.3f}"
    assert shown["ARI"] == f"{run.scores['ari']:.3f}"
    assert shown["Clips"] == "15"
    assert shown["Background"] == "33\u00a0%"
    assert shown["In background"] == str(run.placement.counts["labelled_among_background"])
    assert words.headline(run.placement.counts, run.chance) in texts(app.markdown)


def test_explore_says_that_a_map_is_of_a_sample(dataset, monkeypatch):
    monkeypatch.setattr("bioviz.analysis.projection.placed.LAID_OUT_UP_TO", 9)
    spec = runs.RunSpec(
        dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="tsne", perplexity=25.0)
    )
    run = runs.compute_run(spec)
    app = open_app("explore.py", dataset=dataset.id, model="acoustic_features", method="tsne")
    assert not app.exception
    assert "The map is laid out for 9 of the 15 clips" in texts(app.caption)
    assert all(note in texts(app.caption) for note in run.notes)


def confused_folder(root: Path) -> Path:
    """24 calls and 24 stretches of noise; of the "faint" label half is as good as noise, and one noise holds a tone."""
    rng = np.random.default_rng(3)
    t = np.arange(RATE) / RATE
    for label, hz in (("low", 600.0), ("faint", 3000.0), ("background", 0.0)):
        (root / label).mkdir(parents=True)
        for i in range(24 if label == "background" else 12):
            quiet = (label == "background" and i) or (label == "faint" and i % 2)
            tone = 0 if quiet else 0.3 * np.sin(2 * np.pi * ((hz or 600.0) + 5 * i) * t)
            sound = tone + rng.normal(scale=0.02, size=RATE)
            sf.write(root / label / f"{label}_{i:02d}.wav", sound.astype(np.float32), RATE)
    return root


def table_of(app: AppTest):
    return next(frame.value for frame in app.dataframe if "lies" in frame.value)


def test_explore_lists_misclustered_clips_in_three_lists_worst_first(tmp_path):
    made = build_dataset(confused_folder(tmp_path / "confused"), name="confused")
    library.save(made)
    spec = runs.RunSpec(made.id, "acoustic_features", "none", projection=ProjectionSpec(**PCA))
    run = runs.compute_run(spec)
    names = [made.recordings[i].name for i in made.clips.recording]
    app = open_app("explore.py", dataset=made.id, model="acoustic_features", method="pca")
    assert not app.exception
    assert "6 of 24 labelled clips lie in clusters that are mostly background (by chance about" in texts(
        app.markdown
    )
    assert "1 of 24 background clips in the other clusters, 7 clips are on the wrong side: fewer" in texts(
        app.caption
    )
    lists = clip_lists(run, np.empty(0, dtype=np.int64), None, None)
    assert [(each.title, len(each.rows)) for each in lists] == [
        ("Labelled among background", 6),
        ("Background among labelled", 1),
        ("Labels mixed", 0),
        ("Selected", 0),
        ("Flagged", 0),
        ("All", 48),
    ]
    first = table_of(app)
    assert set(first["lies"]) == {"Labelled among background"}
    assert {names[row] for row in first["clip"]} == {f"faint/faint_{i:02d}.wav" for i in range(1, 12, 2)}
    against = first["neighbors against (%)"].tolist()
    assert against == sorted(against, reverse=True) and against[0] > 50
    assert app.session_state["view"].clip == first["clip"].iloc[0], "the worst clip is not selected"
    go_through(app, "background_among_labelled")
    assert [names[row] for row in table_of(app)["clip"]] == ["background/background_00.wav"]
    go_through(app, "labels_mixed")
    assert not app.exception and "No clips here" in texts(app.info)
    assert run.misclustered.sum() == 7


def test_a_clip_that_is_not_in_the_run_does_not_break_the_page(dataset):
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(**PCA))
    runs.compute_run(spec)
    app = open_app("explore.py", dataset=dataset.id, model="acoustic_features", method="pca", clip="999999")
    assert not app.exception


def test_the_view_is_written_into_the_url(dataset):
    app = open_app("explore.py", dataset=dataset.id)
    app.selectbox(key="_pick_method").select("tsne").run()
    assert app.query_params["method"] == "tsne"
    assert app.query_params["dataset"] == dataset.id


@pytest.mark.parametrize(
    ("kept", "background"),
    [(("low call",), "0\u00a0%"), (("background",), "100\u00a0%"), (("low call", "background"), "50\u00a0%")],
)
@pytest.mark.parametrize("method", ["umap", "pca"])
def test_odd_datasets_show_a_map_and_say_what_is_undefined(tmp_path, kept, background, method):
    root = folder_per_class(tmp_path / "odd", files=2)
    for folder in root.iterdir():
        if folder.name not in kept:
            shutil.rmtree(folder)
    made = build_dataset(root, name="odd", reader="folders")
    library.save(made)
    runs.compute_run(
        runs.RunSpec(made.id, "acoustic_features", "none", projection=ProjectionSpec(method=method))
    )
    app = open_app("explore.py", dataset=made.id, model="acoustic_features", method=method)
    assert not app.exception
    shown = {metric.label: metric for metric in app.metric}
    assert shown["Background"].value == background
    if len(kept) == 1:
        assert shown["NMI"].value == "–"
        assert "same label" in shown["NMI"].help
    else:  # two of each: an NMI of 1 would say nothing
        assert shown["NMI"].value == shown["ARI"].value == "–"
    assert "too few to say anything" in texts(app.caption)
    assert not app.warning, "a box above the map pushes sound and flags off a small screen"


def test_a_diagnosis_shows_its_verdict_and_every_part(dataset):
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(**PCA))
    run = runs.compute_run(spec)
    found = compute_diagnosis(run)
    for section, (title, _) in SECTIONS.items():
        app = open_app(
            "diagnose.py", dataset=dataset.id, model="acoustic_features", method="pca", section=section
        )
        assert not app.exception, title
        assert headline(verdict(found)).text in texts(app.title), "the sentence stands above every part"
        if section == "words":  # nothing that the verdict says is lost
            words = texts(app.text) + texts(app.caption)
            assert all(clause.text in words for clause in verdict(found))


def test_storage_is_named_in_words_and_says_what_is_removed(dataset):
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(**PCA))
    runs.compute_run(spec)
    shown = open_app("jobs.py").dataframe[0].value
    cache = {folder.name for folder in settings().cache_dir.iterdir() if folder.is_dir()}
    assert cache and not cache & set(shown["what"]), "names of folders tell a reader nothing"
    removed = set(shown["what"][shown["removed when space is short"]])
    assert "Maps and scores" in removed
    assert "Datasets" not in removed
