"""Custom classifiers of BirdNET-Analyzer: recognised, added with embedding, scores and labels; other files are not."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from bioviz.cli import main
from bioviz.models import registry
from bioviz.models.base import PRETRAINED
from bioviz.models.runtimes import session
from bioviz.models.runtimes.birdnet_analyzer import KIND
from bioviz.models.score_names import names_of_table, score_names
from tests.models import files

SAMPLES, DIM, LABELS = 144_000, 1024, [f"Rana {letter}_Frog {letter}" for letter in "abcde"]


@pytest.fixture
def classifier(tmp_path):
    """As BirdNET-Analyzer leaves it: the network with its last pooling inside, and a list of labels beside it."""
    path = tmp_path / "frogs.tflite"
    files.write_tflite(path, SAMPLES, DIM, "model/GLOBAL_AVG_POOL/Mean")
    path.with_name("frogs_Labels.txt").write_text("\n".join(LABELS), "utf-8")
    return path


def named(path, names):
    """Write a signature into a file: what it calls its outputs."""
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes(), 0))
    graph, signature = model.subgraphs[0], schema.SignatureDefT()
    at = [each.name for each in graph.tensors].index(b"model/GLOBAL_AVG_POOL/Mean")
    graph.outputs = [at, *graph.outputs]  # as newer files have it: the embedding first
    signature.inputs, signature.outputs, signature.signatureKey = [], [], b"serving"
    for name, index in zip(names, graph.outputs, strict=True):
        output = schema.TensorMapT()
        output.name, output.tensorIndex = name.encode(), int(index)
        signature.outputs.append(output)
    model.signatureDefs = [signature]
    builder = Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))


@pytest.mark.parametrize("signature", [None, ("embeddings", "predictions")])
def test_it_is_recognised_and_added_without_a_question(classifier, signature, capsys):
    if signature:
        named(classifier, signature)
    facts = session.inspect(classifier)
    assert facts.kind == f"{KIND} on BirdNET 2.4" and (facts.sample_rate, facts.scale) == (48_000, "logit")
    assert facts.tensors[0].name == "model/GLOBAL_AVG_POOL/Mean"
    assert facts.likely_scores(facts.tensors[0].name) == "scores"
    assert main(["add-model", str(classifier), "--json", "--quiet"]) == 0
    card = registry.card(json.loads(capsys.readouterr().out)["model"])
    assert (card.dim, card.window_s, card.sample_rate) == (DIM, 3.0, 48_000)
    assert (
        "NC-SA" in card.licence and card.about.startswith(f"A {KIND}") and list(score_names(card)) == LABELS
    )
    clip = np.random.default_rng(0).normal(0, 0.1, SAMPLES).astype(np.float32)
    both = registry.open_model(card.name, PRETRAINED).embed_and_score(torch.from_numpy(clip)[None], 48_000)[0]
    embedding = files.expected(clip, DIM)
    np.testing.assert_allclose(both[:DIM], embedding, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        both[DIM:], embedding @ files.weights_of(SAMPLES, DIM)[1].T, rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize(
    ("samples", "dim", "tensor"),
    [(SAMPLES, DIM, "pooled"), (48_000, DIM, "model/GLOBAL_AVG_POOL/Mean"), (SAMPLES, 12, "GLOBAL_AVG_POOL")],
)
def test_another_file_is_not_taken_for_one(tmp_path, samples, dim, tensor):
    files.write_tflite(tmp_path / "other.tflite", samples, dim, tensor)
    facts = session.inspect(tmp_path / "other.tflite")
    assert not facts.kind and not facts.sample_rate and not facts.licence


def test_names_come_from_the_lists_that_authors_publish(weights_dir, monkeypatch):
    """BirdNET 3: numbers, both names and more, with semicolons. Perch 2: one column with a header."""
    three = "idx;id;sci_name;com_name;class\n0;pm;Parus major;Great Tit;Aves\n1;ra;Rana arvalis;Moor Frog;Amphibia\n"
    assert names_of_table(three.encode()) == ("Parus major_Great Tit", "Rana arvalis_Moor Frog")
    assert names_of_table(b"inat2024_fsd50k\nParus major\nRain\n") == ("Parus major", "Rain")
    assert names_of_table(b"sci_name,com_name\nParus major\n") == () and names_of_table(b"\xff") == ()
    for name in ("birdnet_3_0", "perch_2"):
        files.publish_small(registry.card(name), monkeypatch)
        card = registry.card(name)
        assert score_names(card) == ()
        assert card.weights.labels.name in registry.checkpoint_state(name, PRETRAINED).message
        (weights_dir / card.weights.labels.name).write_text(three)
        assert score_names(card) == ("Parus major_Great Tit", "Rana arvalis_Moor Frog")
        assert "names" not in registry.checkpoint_state(name, PRETRAINED).message
