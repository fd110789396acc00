"""Whatever stands in a link, the page opens, and what cannot be used is said in a sentence."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioviz import runs
from bioviz.analysis.projection.layouts import ProjectionSpec
from bioviz.ui.app.pages import PAGES
from bioviz.ui.view import PARSERS, View
from tests.pages.test_pages import open_app, texts
from tests.sounds import saved_calls

NAMES = [f.name for f in fields(View)]
ODD = st.one_of(
    st.text(max_size=60),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(
        ["", "1e9", "-5", "7", "nan", "inf", "１２", "1_0", "0x10", "[]", "null", '{"k": 1e400}', "9" * 5000]
    ),
)


@pytest.fixture
def dataset(tmp_path):
    return saved_calls(tmp_path / "calls")


def test_every_field_of_the_view_has_a_parser():
    assert set(PARSERS) == set(NAMES)


@given(st.dictionaries(st.sampled_from([*NAMES, "unrelated"]), ODD))
def test_a_link_gives_the_value_or_a_sentence(parameters):
    view, sentences = View.from_query(parameters)
    for name, text in parameters.items():
        told = [sentence for sentence in sentences if sentence.startswith(f"The link's {name} ")]
        if name == "unrelated":
            assert not told
            continue
        value = getattr(view, name)
        if told:
            assert value == getattr(View(), name), "a sentence, and yet the value is used"
            assert len(told) == 1 and "it must be" in told[0]
        else:
            assert type(value)(text if not isinstance(value, bool) else int(text)) == value
    assert len(sentences) <= len(parameters)


@given(st.data())
def test_a_view_comes_back_from_its_link(data):
    view = View(
        n_neighbors=data.draw(st.integers(2, 1000)),
        min_dist=data.draw(st.floats(0, 1)),
        perplexity=data.draw(st.floats(1, 1000)),
        seed=data.draw(st.integers(0, 2**31 - 1)),
        metric=data.draw(st.sampled_from(["euclidean", "cosine"])),
        without_background=data.draw(st.booleans()),
        k=data.draw(st.integers(1, 100)),
        clip=data.draw(st.integers(-1, 10**6)),
        dataset=data.draw(st.text(max_size=20)),
    )
    assert View.from_query(view.to_query()) == (view, [])


def test_usual_values_make_a_short_link():
    assert View(dataset="demo", model="resnet18").to_query() == {"dataset": "demo", "model": "resnet18"}


@pytest.mark.parametrize(
    ("name", "value", "allowed", "instead"),
    [
        ("min_dist", "7", "a number from 0 to 1", "0.1"),
        ("n_neighbors", "-5", "a whole number from 2 to 1000", "50"),
        ("model_seed", "1.5", "a whole number from 0", "0"),
        ("split", "moon", "one of all, train, valid, test", "all"),
        ("without_background", "yes", "one of 0, 1", "0"),
        ("metric", "", "one of euclidean, cosine", "euclidean"),
        ("noise", "{", "a JSON object", ""),
    ],
)
def test_the_sentence_names_what_is_allowed_and_what_is_used(name, value, allowed, instead):
    view, (sentence,) = View.from_query({name: value})
    assert sentence.startswith(f"The link's {name} “{value}” cannot be used: it must be {allowed}")
    assert sentence.endswith(f"{instead} is used instead." if instead else "It is left out.")
    assert view == View()


BAD = {"min_dist": "7", "n_neighbors": "-5", "clip": "x", "split": "<b>moon</b>", "perplexity": "nan"}


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.file)
def test_every_page_opens_with_a_bad_link_and_says_so(entry, dataset):
    app = open_app(entry.file, dataset=dataset.id, model="acoustic_features", **BAD)
    assert not app.exception and app.title
    said = texts(app.warning).replace("\\", "")
    for name, value in BAD.items():
        assert f"The link's {name} “{value}”" in said
    app.button(key="notices_read").click().run()
    assert "The link's" not in texts(app.warning).replace("\\", "")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(page=st.sampled_from([e.file for e in PAGES]), parameters=st.dictionaries(st.sampled_from(NAMES), ODD))
def test_no_link_breaks_a_page(dataset, page, parameters):
    app = open_app(page, **parameters)
    assert not app.exception, (page, parameters, app.exception)
    assert app.title


@pytest.mark.parametrize("page", ["explore.py", "diagnose.py", "compare.py", "snr.py", "finetune.py"])
@pytest.mark.parametrize("field", ["dataset", "model"])
def test_an_unknown_name_is_said_and_nothing_else_is_shown_in_its_place(page, field, dataset):
    app = open_app(page, **{"dataset": dataset.id, "model": "resnet18", field: "no *such* one"})
    assert not app.exception
    assert f"the {field} “no *such* one”" in texts(app.warning).replace("\\", "")
    assert not [button for button in app.button if (button.key or "").startswith(("compute", "train"))]
    app.button(key="instead").click().run()
    assert not app.exception
    assert "no *such* one" not in texts(app.warning).replace("\\", "")
    assert getattr(app.session_state["view"], field) not in ("", "no *such* one")


@pytest.mark.parametrize("page", ["explore.py", "diagnose.py", "compare.py", "snr.py"])
def test_an_unknown_checkpoint_is_said(page, dataset):
    app = open_app(page, dataset=dataset.id, model="resnet18", checkpoint="ft:0123456789abcdef")
    assert not app.exception
    assert "It was deleted" in texts(app.warning).replace("\\", "")
    app.button(key="instead").click().run()
    assert not app.exception and app.session_state["view"].checkpoint == "random"


@pytest.mark.parametrize(
    ("field", "value"), [("other_model", "nothing"), ("other_checkpoint", "none"), ("other_dataset", "lost")]
)
def test_the_right_side_of_a_comparison_too(field, value, dataset):
    asked = {"dataset": dataset.id, "model": "acoustic_features", "other_model": "alexnet", field: value}
    app = open_app("compare.py", **asked)
    assert not app.exception
    assert "on the right side, which is not here" in texts(app.warning)
    assert "choose from" not in texts(app.warning), "names of the program's own are no choice"
    app.button(key="instead").click().run()
    assert not app.exception


def test_unknown_parts_colours_and_clips_are_said(dataset):
    spec = runs.RunSpec(dataset.id, "acoustic_features", "none", projection=ProjectionSpec(method="pca"))
    run = runs.compute_run(spec)
    link = {"dataset": dataset.id, "model": "acoustic_features", "method": "pca"}
    app = open_app("explore.py", **link, clip="999999", colour="smell")
    assert not app.exception
    said = texts(app.warning).replace("\\", "")
    assert "Clip 999999 is not on this map" in said and "The first of the list is shown" in said
    assert "The link's colour “smell” cannot be used" in said and "label is used instead" in said
    assert app.session_state["view"].clip in run.rows
    for page in ("diagnose.py", "compare.py"):
        app = open_app(page, **link, section="gossip")
        assert not app.exception
        assert "The link's section “gossip” cannot be used" in texts(app.warning).replace("\\", "")


def test_settings_of_the_experiments_in_a_link(dataset):
    noise = {"k": 0, "per_label": "many", "snrs_db": [0, 10**400], "labels": ["yeti"], "models": ["x:y"]}
    link = {"dataset": dataset.id, "model": "acoustic_features"}
    app = open_app("snr.py", **link, noise=json.dumps(noise | {"background": "dataset:gone", "depth": 3}))
    assert not app.exception
    said = texts(app.warning).replace("\\", "")
    for part in ("setting k “0”", "setting per_label “many”", "snrs_db", "label “yeti”", "“x:y”", "“depth”"):
        assert part in said, part
    assert "There is no background “dataset:gone”" in said
    app = open_app("snr.py", **link, shift=json.dumps({"reach": 9, "clips": None}))
    app.session_state["experiment"] = "Shifted windows"
    app.run()
    assert not app.exception
    said = texts(app.warning).replace("\\", "")
    assert "setting reach “9”" in said and "0.5 is used instead" in said and "setting clips" in said


def test_a_folder_of_background_that_cannot_be_one(dataset):
    link = {"dataset": dataset.id, "model": "acoustic_features"}
    for path in ("\0", "~nobody-of-this-name/x"):
        app = open_app("snr.py", **link, noise=json.dumps({"background": f"folder:{path}"}))
        assert not app.exception, path
        assert app.error
