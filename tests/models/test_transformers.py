"""Folders of transformers: made small here in the format of the published ones, brought, run like any model."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import torch

from bioviz.cli import main
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.models.brought import own, uploads
from bioviz.models.runtimes import session
from bioviz.models.score_names import score_names
from bioviz.progress import Silent

transformers = pytest.importorskip(
    "transformers", reason='transformers is not installed: pip install "bioviz[transformers]"'
)

RATE = 16_000
SMALL = {"num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32, "hidden_size": 16}


def hubert(place):
    config = transformers.HubertConfig(
        **SMALL, conv_dim=(16,) * 7, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2
    )
    transformers.HubertModel(config).save_pretrained(place)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(place)


def ast(place):
    transformers.ASTModel(transformers.ASTConfig(**SMALL, max_length=128)).save_pretrained(place)
    transformers.ASTFeatureExtractor(max_length=128).save_pretrained(place)


def whisper(place):
    ends = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 1}
    heads = {
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_layers": 1,
        "decoder_layers": 1,
    }
    sizes = {"d_model": 16, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "vocab_size": 50}
    config = transformers.WhisperConfig(**ends, **heads, **sizes, max_source_positions=100)
    transformers.WhisperModel(config).save_pretrained(place)
    transformers.WhisperFeatureExtractor(chunk_length=2).save_pretrained(place)


def wav2vec(place):
    config = transformers.Wav2Vec2Config(
        **SMALL, conv_dim=(16,) * 7, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=2
    )
    transformers.Wav2Vec2Model(config).save_pretrained(place)
    transformers.Wav2Vec2FeatureExtractor().save_pretrained(place)


def clap(place):
    """Both towers, as LAION's CLAP and BioLingual are published; 16 kHz here, so that all families share sounds."""
    hears = {
        "hidden_size": 16,
        "patch_embeds_hidden_size": 8,
        "depths": [1, 1],
        "num_attention_heads": [2, 2],
    }
    reads = {"vocab_size": 50, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.ClapConfig(
        audio_config={
            **hears,
            "num_mel_bins": 64,
            "spec_size": 256,
            "window_size": 4,
            "num_hidden_layers": 2,
        },
        text_config={**reads, "intermediate_size": 16, "max_position_embeddings": 20},
        projection_dim=16,
    )
    transformers.ClapModel(config).save_pretrained(place)
    transformers.ClapFeatureExtractor(
        feature_size=64, sampling_rate=RATE, max_length_s=2, frequency_max=8000, truncation="rand_trunc"
    ).save_pretrained(place)


FAMILIES = {
    "hubert": (hubert, None),
    "wav2vec": (wav2vec, None),
    "ast": (ast, 1.28),
    "whisper": (whisper, 2.0),
    "clap": (clap, 2.0),
}


@pytest.fixture(params=list(FAMILIES))
def brought(request, tmp_path, monkeypatch):
    """(folder, kept weights, what the folder says, its window in seconds)"""
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    make, window_s = FAMILIES[request.param]
    torch.manual_seed(0)
    make(tmp_path / "model")
    path = uploads.keep_folder(tmp_path / "model")
    return tmp_path / "model", path, own.inspect_job({"path": str(path)}, Silent()), window_s


def added(path, facts, window_s) -> str:
    said = {
        "path": str(path),
        "title": "Small",
        "runtime": facts["runtime"],
        "embedding": facts["tensors"][0]["name"],
        "input": facts["inputs"][0]["name"],
        "sample_rate": facts["sample_rate"],
        "window_s": window_s,
        "hop_s": window_s or 1.0,
    }
    return own.add_job(said, Silent())["model"]


def sounds(seconds: float, clips: int = 3) -> torch.Tensor:
    return 0.1 * torch.randn(clips, round(RATE * seconds), generator=torch.Generator().manual_seed(1))


def test_it_says_rate_and_window_and_is_a_model_like_any_other(brought):
    _, path, facts, window_s = brought
    assert facts["sample_rate"] == RATE and facts["tensors"][0]["shape"][-1] == 16
    samples = facts["inputs"][0]["shape"][-1]
    assert samples == (-1 if window_s is None else round(window_s * RATE))
    name = added(path, facts, window_s)
    opened = registry.open_model(name, "pretrained")
    clips = torch.cat([sounds(2.5), torch.zeros(1, round(2.5 * RATE))])
    together = opened.embed(clips, RATE)
    assert together.shape == (4, 16) and together.dtype == torch.float32 and torch.isfinite(together).all()
    assert torch.equal(together, torch.cat([opened.embed(each[None], RATE) for each in clips]))
    again = registry.open_model(name, "pretrained").embed(clips, RATE)
    assert torch.equal(together, again) and not torch.equal(together[0], together[1])
    assert torch.isfinite(opened.embed(sounds(0.2), RATE)).all()
    assert not registry.card(name).trainable


def test_its_embedding_is_the_mean_of_what_the_library_gives(brought):
    folder, path, facts, window_s = brought
    opened = registry.open_model(added(path, facts, window_s), "pretrained")
    clip = sounds(window_s or 1.0, 1)
    extractor = transformers.AutoFeatureExtractor.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    taken = extractor(clip[0].numpy(), sampling_rate=RATE, return_tensors="pt")
    with torch.inference_mode():
        if hasattr(
            model, "get_audio_features"
        ):  # CLAP: the sound's side of the space that it shares with text
            hidden = model.get_audio_features(**taken)
            hidden = getattr(hidden, "pooler_output", hidden)[:, None]
            hidden = hidden * (opened.embed(clip, RATE)[0].norm() / hidden.norm())  # one is of length 1
        else:
            tower = model.get_encoder() if hasattr(model, "decoder") else model
            hidden = tower(**taken).last_hidden_state
    np.testing.assert_allclose(opened.embed(clip, RATE)[0], hidden[0].mean(dim=0), rtol=1e-4, atol=1e-5)


def test_a_changed_setting_is_another_model_and_is_noticed(brought):
    folder, path, facts, window_s = brought
    name = added(path, facts, window_s)
    before = registry.fingerprint(name, "pretrained")
    place = own.folder() / name / "preprocessor_config.json"
    place.write_text(place.read_text().replace("16000", "32000"))
    with pytest.raises(BadInput, match="was changed"):
        registry.open_model(name, "pretrained")
    settings = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(json.dumps({**settings, "note": 1}))
    other = added(uploads.keep_folder(folder), facts, window_s)
    assert other != name and registry.fingerprint(other, "pretrained") != before


def theirs(place):
    """A model whose code lies beside its weights, as BirdMAE's does; that code leaves a mark where it is run."""
    from safetensors.torch import save_file

    place.mkdir()
    (place / "modeling.py").write_text(
        f"""
import pathlib
import torch
from transformers import FeatureExtractionMixin, PretrainedConfig, PreTrainedModel

pathlib.Path({str(place.parent / "ran")!r}).touch()


class Config(PretrainedConfig):
    model_type = "mine"


class Hears(FeatureExtractionMixin):
    def __call__(self, sound):
        return torch.as_tensor(sound)[None, : len(sound) // 400 * 400].reshape(1, -1, 400)


class Net(PreTrainedModel):
    config_class = Config

    def __init__(self, config):
        super().__init__(config)
        self.layer = torch.nn.Linear(400, 16)
        self.post_init()

    def forward(self, frames):
        return torch.relu(self.layer(frames))
"""
    )
    torch.manual_seed(0)
    layer = torch.nn.Linear(400, 16)
    state = {f"layer.{name}": value.contiguous() for name, value in layer.state_dict().items()}
    save_file(state, place / "model.safetensors", {"format": "pt"})
    auto_map = {"AutoConfig": "modeling.Config", "AutoModel": "modeling.Net"}
    config = {"model_type": "mine", "hidden_size": 16, "auto_map": auto_map, "architectures": ["Net"]}
    (place / "config.json").write_text(json.dumps(config))
    hears = {"AutoFeatureExtractor": "modeling.Hears"}
    (place / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": RATE, "auto_map": hears}))
    (place / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n# Mine\n")
    return layer


@pytest.fixture
def with_code(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    return theirs(tmp_path / "model")


def test_code_that_a_folder_brings_is_not_run_unless_the_user_says_so(with_code, tmp_path, capsys):
    place, ran = tmp_path / "model", tmp_path / "ran"
    path = uploads.keep_folder(place)
    with pytest.raises(BadInput, match=r"needs code .*modeling\.py; licence: cc-by-nc-4\.0"):
        session.inspect(path)
    assert main(["add-model", str(place), "--json", "--quiet"]) == 1 and not ran.exists()
    capsys.readouterr()
    assert main(["add-model", str(place), "--trust", "--json", "--quiet"]) == 0 and ran.exists()
    card = registry.card(json.loads(capsys.readouterr().out)["model"])
    assert card.dim == 16 and card.licence == "cc-by-nc-4.0"
    opened, clip = registry.open_model(card.name, "pretrained"), sounds(1.0, 1)
    with torch.inference_mode():
        expected = torch.relu(with_code(clip.reshape(-1, 400))).mean(dim=0)
    np.testing.assert_allclose(opened.embed(clip, RATE)[0], expected, rtol=1e-5, atol=1e-6)
    (own.folder() / card.name / "modeling.py").write_text("raise SystemExit('other code')")
    with pytest.raises(BadInput, match="was changed"):
        registry.open_model(card.name, "pretrained")


def test_code_of_another_repository_and_code_that_is_missing_are_refused(with_code, tmp_path):
    config = tmp_path / "model" / "config.json"
    about = json.loads(config.read_text())
    config.write_text(json.dumps({**about, "auto_map": {"AutoModel": "someone/else--modeling.Net"}}))
    with pytest.raises(BadInput, match="from another repository"):
        uploads.keep_folder(tmp_path / "model")
    config.write_text(json.dumps({**about, "auto_map": {"AutoModel": "absent.Net"}}))
    with pytest.raises(BadInput, match=r"lacks the code that it needs: absent\.py"):
        uploads.keep_folder(tmp_path / "model")
    assert not (tmp_path / "ran").exists()


def test_code_is_run_from_a_folder_of_this_process_and_its_bytes_count_not_its_time(
    with_code, tmp_path, capsys
):
    from transformers import dynamic_module_utils

    assert main(["add-model", str(tmp_path / "model"), "--trust", "--json", "--quiet"]) == 0
    name = json.loads(capsys.readouterr().out)["model"]
    registry.open_model(name, "pretrained")
    assert "bioviz-code-" in dynamic_module_utils.HF_MODULES_CACHE
    code = own.folder() / name / "modeling.py"
    before, text = code.stat(), code.read_text()
    code.write_text(text.replace("torch.relu", "torch.tanh"))
    os.utime(code, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(BadInput, match="was changed"):
        registry.open_model(name, "pretrained")


@pytest.mark.parametrize("nested", [False, True])
def test_settings_that_fetch_a_program_to_compute_with_are_refused(tmp_path, monkeypatch, nested):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    hubert(tmp_path / "model")
    config = tmp_path / "model" / "config.json"
    asked = {"attn_implementation": "kernels-community/x"}
    config.write_text(
        json.dumps({**json.loads(config.read_text()), **({"audio": [asked]} if nested else asked)})
    )
    with pytest.raises(BadInput, match="kernels-community/x"):
        session.inspect(uploads.keep_folder(tmp_path / "model"))


def test_pickled_weights_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    hubert(tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").rename(tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(BadInput, match=r"holds no model.safetensors"):
        uploads.keep_folder(tmp_path / "model")


def test_the_hubs_cache_is_searched_by_name_and_the_command_line_adds_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    hubert(tmp_path / "hf" / "hub" / "models--someone--small" / "snapshots" / "abc")
    assert uploads.folder_of("someone/small").name == "abc" and uploads.folder_of("someone/other") is None
    assert main(["add-model", "someone/small"]) == 0
    assert "16 numbers a clip" in capsys.readouterr().out


def test_where_the_library_is_missing_the_line_that_brings_it_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(session.REQUIRES, "transformers", ("Transformers", "no_such_module"))
    hubert(tmp_path / "model")
    with pytest.raises(Missing, match=r'pip install "bioviz\[transformers\]"'):
        session.inspect(tmp_path / "model" / "model.safetensors")


def birdset(place, kind):
    """As BirdSet's networks are published: a classifier of pictures with one channel, its names, no front end."""
    torch.manual_seed(0)
    names = {i: f"code{i}" for i in range(5)}
    if kind == "convnext":
        config = transformers.ConvNextConfig(
            num_channels=1, hidden_sizes=[8, 8, 8, 16], depths=[1, 1, 1, 1], id2label=names
        )
        transformers.ConvNextForImageClassification(config).save_pretrained(place)
    else:
        config = transformers.EfficientNetConfig(
            num_channels=1,
            width_coefficient=0.1,
            depth_coefficient=0.1,
            hidden_dim=128,
            initializer_range=0.3,
            id2label=names,
        )
        model = transformers.EfficientNetForImageClassification(config)
        model.train()(
            torch.randn(2, 1, 128, 128)
        )  # its normalisation takes a scale, or all that it gives is nearly 0
        model.save_pretrained(place)


@pytest.mark.parametrize("kind", ["convnext", "efficientnet"])
def test_birdsets_networks_hear_what_their_authors_say_and_give_named_scores(kind, tmp_path, monkeypatch):
    import torchaudio

    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    birdset(tmp_path / "model", kind)
    assert main(["add-model", str(tmp_path / "model"), "--json", "--quiet"]) == 0
    (card,) = own.cards()
    dim = 16 if kind == "convnext" else 128
    assert (card.sample_rate, card.window_s, card.dim) == (32_000, 5.0, dim) and "BirdSet" in card.about
    assert score_names(card) == tuple(f"code{i}" for i in range(5))
    clips = 0.1 * torch.randn(2, 160_000, generator=torch.Generator().manual_seed(2))
    ours = registry.open_model(card.name, "pretrained").embed_and_score(clips, 32_000)
    transform, step, bands = (1024, 320, 128) if kind == "convnext" else (2048, 256, 256)
    mel = torchaudio.transforms.MelSpectrogram(32_000, n_fft=transform, hop_length=step, n_mels=bands)(
        clips[:1]
    )
    seen = (torchaudio.transforms.AmplitudeToDB("power", top_db=80)(mel) + 4.268) / 4.569
    model = transformers.AutoModelForImageClassification.from_pretrained(tmp_path / "model").eval()
    with torch.inference_mode():
        theirs = model(seen[:, None], output_hidden_states=True)
        pooled = model.base_model(seen[:, None]).pooler_output
    np.testing.assert_allclose(ours[0, :dim], pooled[0], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(ours[0, dim:], theirs.logits[0], rtol=1e-3, atol=1e-4)
    assert not torch.equal(ours[0], ours[1])
