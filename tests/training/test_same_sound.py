"""Training hears what inference hears, at the precision that is named, whatever the recordings' rate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
import torch

from bioviz.datasets.build import build_dataset
from bioviz.embedding.bandwidth import bandwidth_note
from bioviz.embedding.keys import rows_by_recording
from bioviz.embedding.pipeline import embed_dataset
from bioviz.embedding.source import RecordingTask, decode, units_of
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.devices import device
from bioviz.models.encoders import mel
from bioviz.progress import Silent
from bioviz.store.hashes import HashMemory
from bioviz.training import parity
from bioviz.training.data import waveform_cache as waves
from bioviz.training.data.waveform_cache import no_room, open_waves
from bioviz.training.finetune import finetune
from bioviz.training.settings import TrainSettings
from tests.training import tiny


def calls(root: Path, rate: int, seconds: float = 1.0, files: int = 3):
    """A folder a label: chirps, pulses and noise at a low rate, faint and loud, as 16-bit files."""
    rng = np.random.default_rng(5)
    t = np.arange(int(seconds * rate)) / rate
    for name in ("chirp", "pulses", "background"):
        for i in range(files):
            tone = np.sin(2 * np.pi * (300 + 400 * i) * t * (1 + t)) if name == "chirp" else 0
            clicks = (
                np.sin(2 * np.pi * 900 * t) * (np.sin(2 * np.pi * 7 * t) > 0.9) if name == "pulses" else 0
            )
            samples = 0.2 * tone + 0.3 * clicks + rng.normal(scale=10 ** -(2 + i), size=len(t))
            (root / name).mkdir(parents=True, exist_ok=True)
            soundfile.write(
                root / name / f"{name}_{i}.wav", samples.astype(np.float32), rate, subtype="PCM_16"
            )
    return build_dataset(root, name="calls")


@pytest.mark.parametrize("model", ["gpv_teacher2", "vggish", "resnet18", "aves_tiny"])
@pytest.mark.parametrize("rate", [8000, 16000])
def test_the_start_passes_parity_on_recordings_of_a_low_rate(tmp_path, monkeypatch, model, rate):
    """With 16-bit waveforms GPV's cosine was 0.97 here: rounding noise in an empty band, magnified by the logarithm."""
    if model == "aves_tiny":  # a model that hears waveforms, at 16 kHz
        model = "aves_bio"
    dataset = calls(tmp_path / "calls", rate)
    opened = registry.open_model(model, "random", precision="float32")
    if (
        model == "resnet18"
    ):  # opens its card at the dataset's rate: have one recording of a higher rate decide
        dataset = replace(dataset, sample_rate=22050)
    kept = open_waves(dataset, opened.card.sample_rate or dataset.sample_rate, Silent())
    rows = parity.sample_rows(dataset, kept.usable, 0)
    found = parity.check(dataset, rows, kept, opened, "random", 0, "float32", Silent(), "Checking")
    assert found.usable, found.reason
    assert found.opened > 0.99999 and found.cached > parity.SAME_CACHED


@pytest.fixture
def other_device(monkeypatch):
    """A device whose Fourier transform has other last digits, and more of them wrong, for one clip than for several."""
    exact = mel.torch.stft

    def rounded(waveforms, *args, **kwargs):
        spectrum = exact(waveforms, *args, **kwargs)
        digits = torch.randn(
            spectrum.shape, dtype=spectrum.dtype, generator=torch.Generator().manual_seed(len(waveforms))
        )
        level = 1.15e-7 if len(waveforms) == 1 else 1e-7
        return spectrum + level * spectrum.abs().amax(dim=(1, 2), keepdim=True) * digits

    monkeypatch.setattr(mel, "torch", SimpleNamespace(**{**vars(torch), "stft": rounded}))


@pytest.mark.parametrize(("bits", "usable"), [(None, True), (15, False)])
def test_rounding_that_a_model_magnifies_is_no_other_sound(
    tmp_path, monkeypatch, real_data, other_device, bits, usable
):
    """GPV on recordings of 4 kHz was refused on a GPU for its own rounding (cosine 0.9998, 4 % of the spread)."""
    monkeypatch.setenv("BIOVIZ_WEIGHTS", str(real_data / "weights"))
    dataset = calls(tmp_path / "calls", 4000)
    opened = registry.open_model("gpv_teacher2", "pretrained", precision="float32")
    kept = open_waves(dataset, opened.card.sample_rate, Silent())
    if bits is not None:  # coarser sound in use than in training: what the check is there for
        finely = parity.load_clip
        monkeypatch.setattr(
            parity, "load_clip", lambda *a: np.round(finely(*a) * 2**bits) / np.float32(2**bits)
        )
    rows = parity.sample_rows(dataset, kept.usable, 0)
    found = parity.check(dataset, rows, kept, opened, "pretrained", 0, "float32", Silent(), "Checking")
    assert found.rounding > 0 and (found.opened < parity.SAME or found.of_spread > parity.OF_SPREAD), found
    assert found.usable is usable, found


def test_kept_waveforms_are_those_that_are_embedded_bit_for_bit(tmp_path):
    dataset = calls(tmp_path / "calls", 16000)
    kept = open_waves(dataset, 22050, Silent())
    assert kept.stored
    for recording, rows in zip(dataset.recordings, rows_by_recording(dataset), strict=True):
        task = RecordingTask(recording, rows, dataset.clips.start_s[rows], key="")
        with HashMemory() as memory:
            for unit in units_of(task):
                for chunk in decode(unit, dataset.plan.width_s, 22050, memory):
                    assert np.array_equal(kept.take(rows[chunk.local]), chunk.windows)


def test_waveforms_of_before_are_not_taken(tmp_path, tones):
    """A folder of 16-bit waveforms that lies there is neither read nor an error."""
    open_waves(tones, tiny.RATE, Silent())
    (folder,) = Path(waves.settings().cache_dir / "waves").iterdir()
    waves.save_array(folder / "samples.npy", np.zeros((18, 2000), np.int16)[:3])
    (folder / "usable.npy").unlink()
    again = open_waves(tones, tiny.RATE, Silent())
    assert again.stored and again.take(np.arange(3)).dtype == np.float32
    assert np.abs(again.take(np.arange(3))).max() > 0.01


def test_where_the_disk_lacks_room_clips_are_decoded_when_taken_and_it_is_said(tones, monkeypatch, tmp_path):
    assert no_room(10, 100, tmp_path / "not there yet") == ""
    assert "more than the" in no_room(200, 100, tmp_path)
    monkeypatch.setattr(
        waves.shutil, "disk_usage", lambda path: type("Usage", (), {"free": waves.RESERVE_BYTES + 5})
    )
    assert "to spare" in no_room(50, 100, tmp_path)
    opened = open_waves(tones, tiny.RATE, Silent())
    assert not opened.stored and "to spare" in opened.note
    settings = TrainSettings(strategy="linear", epochs=1)
    assert "to spare" in " ".join(finetune(tones, "tiny", "random", settings).record.notes)


@pytest.mark.parametrize("wanted", ["auto", "float32"])
def test_the_precision_told_is_the_one_trained_and_embedded_in(tones, monkeypatch, wanted):
    """The tiny model's card allows bfloat16 here, GPV's never does; the processor is said to have it."""
    monkeypatch.setattr(device, "cpu_has_bfloat16", lambda: True)
    from bioviz.models.cards import CARDS

    monkeypatch.setitem(CARDS, "tiny", replace(CARDS["tiny"], autocast=True))
    used = set()

    def watch(module, inputs, output):
        used.add(str(output.dtype).removeprefix("torch."))

    build = tiny.build

    def watched(card):
        encoder = build(card)
        encoder.net.low[0].register_forward_hook(lambda *a: watch(*a) if torch.is_grad_enabled() else None)
        return encoder

    monkeypatch.setattr(tiny, "build", watched)
    record = finetune(tones, "tiny", "random", TrainSettings(epochs=1, precision=wanted)).record
    assert used == {record.precision} == {"bfloat16" if wanted == "auto" else "float32"}
    assert record.computed_on.endswith(f", {record.precision}")
    for name, expected in (("tiny", "bfloat16"), ("gpv_teacher2", "float32")):
        provenance = embed_dataset(tones, name, "random").provenance
        assert provenance["precision"] == expected
        assert provenance["computed_on"].endswith(f", {expected}")


def test_sound_of_a_lower_bandwidth_than_the_model_takes_is_warned_about(tmp_path):
    gpv, resnet = registry.card("gpv_teacher2"), registry.card("resnet18")
    low = calls(tmp_path / "low", 16000, files=2)
    said = bandwidth_note(low, gpv)
    assert "all 6 recordings are at 16,000 Hz and hold none above 8.0 kHz" in said and "11.0 kHz" in said
    assert bandwidth_note(low, resnet) == ""  # hears them at their own rate
    full = calls(tmp_path / "full", 24000, files=2)
    assert bandwidth_note(full, gpv) == ""


def test_recordings_that_were_blown_up_to_a_higher_rate_are_measured(tmp_path):
    import soxr

    dataset = calls(tmp_path / "low", 8000, files=2)
    for recording in dataset.recordings:
        samples, rate = soundfile.read(recording.path, dtype="float32")
        out = tmp_path / "up" / recording.name
        out.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(out, soxr.resample(samples, rate, 44100), 44100, subtype="PCM_24")
    said = bandwidth_note(build_dataset(tmp_path / "up", name="up"), registry.card("gpv_teacher2"))
    assert "recordings looked at hold none above" in said
    limits = [float(word) for word in said.split("none above ")[1].split(" kHz")[0].split(" to ")]
    assert all(3.5 < limit < 4.4 for limit in limits)


def test_a_wrong_setting_of_precision_is_refused():
    with pytest.raises(BadInput):
        TrainSettings(precision="half")
