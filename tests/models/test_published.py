"""Front ends against independent code, and weights in the formats their authors published."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from bioviz.audio.decode import load_clip
from bioviz.models import registry
from bioviz.models.base import PRETRAINED
from bioviz.models.cards import CARDS
from bioviz.models.encoder import build_encoder
from bioviz.models.encoders import aves, image
from bioviz.models.encoders.vggish import log_mel_spectrogram


def sound(samples: int, batch: int = 1) -> torch.Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(3))


def has_numbers(module: nn.Module) -> bool:
    return not any(tensor.is_meta for tensor in [*module.parameters(), *module.buffers()])


# -- image networks


@pytest.mark.parametrize("rate", [9600, 22050, 48000])
@pytest.mark.filterwarnings("ignore:At least one mel filterbank")
def test_mel_images_are_torchaudios_mel_spectrogram_over_the_clips_maximum(rate):
    from torchaudio.transforms import MelSpectrogram

    clips = sound(2 * rate, batch=2)
    clips[1] *= 30
    mel = MelSpectrogram(sample_rate=rate, n_fft=int(0.05 * rate), hop_length=int(0.01 * rate), n_mels=128)(
        clips
    )
    expected = mel / mel.amax(dim=(1, 2), keepdim=True)
    pictures = build_encoder(CARDS["resnet18"], None).features(clips, rate)
    assert pictures.shape == (2, 3, 128, 201)
    assert pictures.amax().item() == 1
    for channel in range(3):
        torch.testing.assert_close(pictures[:, channel], expected, rtol=1e-3, atol=1e-6)


def test_a_short_clip_is_a_picture_with_silence_behind():
    picture = build_encoder(CARDS["alexnet"], None).features(sound(800), 8000)
    assert picture.shape == (1, 3, 128, image.MIN_FRAMES)
    assert picture[..., :8].any()
    assert not picture[..., 20:].any()


@pytest.mark.parametrize("name", ["alexnet", "resnet18", "resnet50", "resnet152", "swin_s"])
def test_file_names_urls_and_hashes_are_torchvisions_defaults(name):
    from torchvision.models import get_model_weights

    published = get_model_weights(name).DEFAULT.url
    weights = CARDS[name].weights
    assert weights.url == published
    assert weights.name == published.rsplit("/", 1)[1]
    assert weights.name.endswith(f"-{weights.sha256}.pth")


def test_a_torchvision_state_dict_opens(publish):
    from torchvision.models import resnet18

    torch.manual_seed(11)
    reference = resnet18(weights=None).eval()
    path = publish("resnet18", reference.state_dict())
    assert registry.checkpoint_state("resnet18", PRETRAINED).path == path
    model = registry.open_model("resnet18", PRETRAINED, precision="float32")
    assert has_numbers(model.module)
    clips = sound(16000, batch=2)
    with torch.inference_mode():
        expected = reference(model.module.features(clips, 16000))
        torch.testing.assert_close(model.embed(clips, 16000), expected, rtol=1e-4, atol=1e-5)


# -- VGGish


def published_vggish_examples(samples: np.ndarray) -> np.ndarray:
    """The published front end, frame by frame and band by band in float64."""
    mel = lambda hertz: 1127.0 * np.log(1.0 + hertz / 700.0)  # noqa: E731
    window = 0.5 - 0.5 * np.cos(2 * np.pi / 400 * np.arange(400))
    edges = np.linspace(mel(125.0), mel(7500.0), 66)
    centres = mel(np.arange(257) * 16000 / 512)
    weights = np.zeros((257, 64))
    for band in range(64):
        low, middle, high = edges[band : band + 3]
        for bin_ in range(1, 257):
            up, down = (centres[bin_] - low) / (middle - low), (high - centres[bin_]) / (high - middle)
            weights[bin_, band] = max(0.0, min(up, down))
    rows = []
    for start in range(0, len(samples) - 400 + 1, 160):
        magnitude = np.abs(np.fft.rfft(samples[start : start + 400] * window, 512))
        rows.append(np.log(magnitude @ weights + 0.01))
    return np.stack(rows)


def test_vggish_front_end_is_the_published_one():
    waveform = sound(16000 * 2 + 77)
    ours = log_mel_spectrogram(waveform)[0].numpy()
    np.testing.assert_allclose(ours, published_vggish_examples(waveform[0].double().numpy()), atol=1e-4)
    examples = build_encoder(CARDS["vggish"], None).features(waveform, 16000)
    assert examples.shape == (1, 2, 96, 64)
    np.testing.assert_array_equal(examples[0, 1].numpy(), ours[96:192])


class PublishedVggish(nn.Module):
    """torchvggish's layout: its parameter names, and its order of the last maps' axes."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 1
        for size in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0):
            if size:
                layers += [nn.Conv2d(channels, size, 3, padding=1), nn.ReLU()]
                channels = size
            else:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        pairs = itertools.pairwise((512 * 4 * 6, 4096, 4096, 128))
        self.embeddings = nn.Sequential(*[layer for a, b in pairs for layer in (nn.Linear(a, b), nn.ReLU())])

    def forward(self, examples):
        maps = torch.transpose(torch.transpose(self.features(examples), 1, 3), 1, 2)
        return self.embeddings(maps.reshape(len(examples), -1))


def test_torchvggish_weights_fit_and_frames_are_averaged():
    torch.manual_seed(12)
    reference = PublishedVggish().eval()
    ours = build_encoder(CARDS["vggish"], None)
    ours.load_published(reference.state_dict())
    assert has_numbers(ours)
    with torch.inference_mode():
        examples = ours.features(sound(32000, batch=2), 16000)
        expected = torch.stack([reference(clip[:, None]).mean(dim=0) for clip in examples])
        torch.testing.assert_close(ours(examples), expected, rtol=1e-4, atol=1e-7)


# -- AVES


@pytest.mark.parametrize("names", ["weight_g and weight_v", "parametrizations"])
def test_aves_opens_the_torchaudio_state_dict_of_either_age(publish, monkeypatch, names):
    from torchaudio.models import wav2vec2_model

    monkeypatch.setitem(aves.CONFIG, "encoder_num_layers", 1)
    torch.manual_seed(13)
    reference = wav2vec2_model(**aves.CONFIG, aux_num_out=None).eval()
    state = reference.state_dict()
    if names == "weight_g and weight_v":  # as published, before torch renamed them
        for new, old in (("original0", "g"), ("original1", "v")):
            renamed = {key: key.replace(f"parametrizations.weight.{new}", f"weight_{old}") for key in state}
            state = {renamed[key]: value for key, value in state.items()}
        assert any(key.endswith("weight_g") for key in state)
    publish("aves_bio", state)
    model = registry.open_model("aves_bio", PRETRAINED, precision="float32")
    assert has_numbers(model.module)
    clips = sound(8000, batch=2)
    with torch.inference_mode():
        expected = reference.extract_features(clips)[0][-1].mean(dim=1)
        torch.testing.assert_close(model.embed(clips, 16000), expected, rtol=1e-4, atol=1e-5)


def test_aves_is_hubert_base():
    from torchaudio.models import hubert_base

    with torch.device("meta"):
        published = hubert_base(aux_num_out=None).state_dict()
    ours = build_encoder(CARDS["aves_all"], None).net.state_dict()
    assert {key: value.shape for key, value in ours.items()} == {k: v.shape for k, v in published.items()}


def test_what_stays_frozen_in_aves_are_its_convolutions():
    encoder = build_encoder(CARDS["aves_bio"], None)
    frozen = [name for name, _ in encoder.named_parameters() if name.startswith(encoder.frozen)]
    assert frozen
    assert all(".conv" in name or ".layer_norm" in name for name in frozen)


# -- GPV teacher


def slaney_hertz(mels: np.ndarray) -> np.ndarray:
    """librosa's default scale: 200 / 3 Hz a mel up to 1000 Hz, 27 mels for each factor of 6.4 above."""
    return np.where(mels < 15, mels * 200 / 3, 1000 * 6.4 ** ((mels - 15) / 27))


def test_gpv_front_end_is_librosas_log_mel():
    waveform = sound(22050)
    edges = slaney_hertz(np.linspace(0, 15 + 27 * np.log(11.025) / np.log(6.4), 66))
    bins = np.arange(1025) * 22050 / 2048
    window = np.zeros(2048)
    window[583 : 583 + 882] = 0.5 - 0.5 * np.cos(2 * np.pi / 882 * np.arange(882))
    samples = np.pad(waveform[0].double().numpy(), 1024, mode="reflect")
    frames = np.stack([samples[start : start + 2048] for start in range(0, 22051, 441)])
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    triples = [edges[band : band + 3] for band in range(64)]
    bands = [np.interp(bins, triple, [0, 1, 0]) * 2 / (triple[2] - triple[0]) for triple in triples]
    expected = np.log(power @ np.stack(bands).T + np.spacing(1))
    ours = build_encoder(CARDS["gpv_teacher2"], None).features(waveform, 22050)
    np.testing.assert_allclose(ours[0, 0].numpy(), expected, atol=2e-3)


def test_the_gpv_weights_tell_real_sounds_apart(real_data, monkeypatch):
    """1-NN, leave one out, on the first four test clips of each of 18 kinds of sound."""
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(real_data / "weights"))
    root = real_data / "esc50_animals"
    by_kind: dict[str, list[Path]] = {}
    with open(root / "metadata.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["split"] == "test":
                by_kind.setdefault(row["category"], []).append(root / row["path"])
    kinds = np.repeat(sorted(by_kind), 4)
    paths = [path for kind in sorted(by_kind) for path in sorted(by_kind[kind])[:4]]
    clips = torch.from_numpy(np.stack([load_clip(path, 0, 5, 22050) for path in paths]))

    def accuracy(checkpoint: str) -> float:
        model = registry.open_model("gpv_teacher2", checkpoint)
        with torch.inference_mode():
            codes = torch.cat([model.embed(batch, 22050) for batch in clips.split(8)])
        similar = torch.nn.functional.normalize(codes) @ torch.nn.functional.normalize(codes).T
        nearest = similar.fill_diagonal_(-2).argmax(dim=1).numpy()
        return float((kinds == kinds[nearest]).mean())

    trained = accuracy(PRETRAINED)
    print(f"1-NN of 72 clips, 18 kinds: {trained:.3f}")
    assert trained > 0.7
