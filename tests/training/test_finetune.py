"""Training end to end with a tiny model: what is learnt, what stays, what goes on after a kill."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from bioviz.embedding.pipeline import embed_dataset
from bioviz.errors import BadInput, Cancelled
from bioviz.models import checkpoints, finetuned, registry
from bioviz.progress import Silent
from bioviz.training import parity
from bioviz.training.data.split import split_rows
from bioviz.training.data.waveform_cache import open_waves
from bioviz.training.finetune import finetune, work_of
from bioviz.training.loop import state_keeper, trainer
from bioviz.training.loop.run_dir import TrainingInputs, TrainingRunDir
from bioviz.training.network.layers import open_stages
from bioviz.training.settings import PRESETS, TrainSettings
from tests.training import tiny

FAST = TrainSettings(learning_rates=(1e-2,), epochs=3, batch=8)
AUGMENTED = replace(FAST, spec_augment=True, time_shift=0.5, gain_db=6, mix_background=0.5)


def encoder_of(made) -> dict[str, torch.Tensor]:
    return finetuned.read_state(made.path)


def base(model: str = "tiny") -> dict[str, torch.Tensor]:
    return registry.open_model(model, "random").module.state_dict()


class StopAfter:
    """Cancels at the n-th report of training, as a kill between two steps would."""

    def __init__(self, reports: int) -> None:
        self.left = reports

    def report(self, stage, done, total, unit="clips", note=""):
        self.left -= stage == "Training"
        if self.left < 0:
            raise Cancelled("stop")


def test_a_tiny_model_learns_sixteen_clips_by_heart(tmp_path):
    dataset = tiny.tones(tmp_path / "d", files=9)
    settings = TrainSettings(learning_rates=(1e-2,), epochs=25, batch=8)
    made = finetune(dataset, "tiny", "random", settings)
    assert made.record.split.counts["train"]["clips"] >= 16
    losses = [epoch["loss"] for epoch in made.record.curves[0]["epochs"]]
    assert losses[-1] < 0.1 < losses[0]
    assert made.record.test["accuracy"] == 1.0


def test_it_runs_on_the_device_of_the_settings(tones, monkeypatch):
    monkeypatch.setenv("BIOVIZ_DEVICE", "cuda:99")
    with pytest.raises(BadInput, match="GPU"):
        finetune(tones, "tiny", "random", FAST)


def test_statistics_of_normalisation_are_those_of_the_training_clips(tones):
    """Even after a single step, when a running mean would hold a tenth of them."""
    made = finetune(tones, "tiny", "random", replace(FAST, epochs=1, batch=100))
    encoder = registry.open_model("tiny", made.name).module
    waves = open_waves(tones, tiny.RATE, Silent()).take(split_rows(tones, FAST).train)
    with torch.no_grad():
        maps = encoder.net.low[0](encoder.fixed(encoder.features(torch.from_numpy(waves), tiny.RATE)))
    torch.testing.assert_close(
        encoder.net.low[1].running_mean, maps.mean(dim=(0, 2, 3)), rtol=1e-4, atol=1e-5
    )


def test_the_papers_preset_leaves_the_running_statistics_as_they_are(tones):
    """A single step with momentum 0.1: a tenth of the new ones, nine tenths of the 0 they started with."""
    assert PRESETS["paper"].statistics == "running"
    settings = replace(FAST, epochs=1, batch=100)
    fresh, made = (
        finetune(tones, "tiny", "random", replace(settings, statistics=kind)) for kind in ("fresh", "running")
    )
    assert made.id != fresh.id and made.record.settings["statistics"] == "running"
    running, collected = (encoder_of(each)["net.low.1.running_mean"] for each in (made, fresh))
    before = base()["net.low.1.running_mean"]
    assert (running - before).abs().max() < 0.2 * (collected - before).abs().max()
    assert int(encoder_of(made)["net.low.1.num_batches_tracked"]) == 1


def test_a_training_from_before_is_understood_but_not_gone_on_with(tones):
    """Its job can be started again, and starts from the beginning: it heard waveforms of 16 bits."""
    old = FAST.to_dict()
    for name in ("head", "statistics", "dropout"):
        del old[name]
    assert TrainSettings.from_dict({**old, "fresh_statistics": True}) == FAST
    before = replace(FAST, statistics="running")
    assert TrainSettings.from_dict({**old, "fresh_statistics": False}) == before
    fingerprint = registry.fingerprint("tiny", "random", 0, "float32")
    stale = TrainingRunDir.of(TrainingInputs(tones.version, fingerprint, old))
    stale.save("state", {"net.head.weight": torch.zeros(3, 3)}, {"epoch": 2})
    assert work_of(tones, "tiny", "random", 0, FAST).folder != stale.folder
    assert finetune(tones, "tiny", "random", TrainSettings.from_dict(old)).usable


def test_the_checkpoint_is_opened_and_embeds_like_any_model(tones):
    made = finetune(tones, "tiny", "random", FAST)
    assert made.name in registry.checkpoints("tiny")
    assert registry.checkpoint_state("tiny", made.name).available
    assert tiny.same(registry.open_model("tiny", made.name).module.state_dict(), encoder_of(made))
    before = np.array(embed_dataset(tones, "tiny", "random").matrix)
    after = np.array(embed_dataset(tones, "tiny", made.name).matrix)
    assert np.abs(after - before).max() > 1e-3
    assert made.record.parity["opened"] == pytest.approx(1, abs=1e-6)
    assert made.record.parity["cached"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("augmented", [False, True])
def test_a_linear_probe_leaves_the_encoder_bit_for_bit(tones, augmented):
    settings = replace(AUGMENTED if augmented else FAST, strategy="linear")
    made = finetune(tones, "tiny", "random", settings)
    assert tiny.same(encoder_of(made), base())
    head = load_file(made.path)["head.weight"]
    assert head.shape == (3, tiny.DIM)  # background is an answer where the dataset has it


def test_what_a_model_declares_frozen_stays_in_full_training(tones):
    before, after = base(), encoder_of(finetune(tones, "tiny", "random", FAST))
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {name for name in before if not name.startswith("fixed.")}


def test_gradual_unfreezing_changes_just_the_layers_it_opened(tones, monkeypatch):
    """Weights after each epoch, as they are when its curves are written."""
    seen = []
    monkeypatch.setattr(
        trainer.Trainer,
        "_write_curves",
        lambda self, at: seen.append(
            {n: v.detach().cpu().clone() for n, v in self._learner.encoder.state_dict().items()}
        ),
    )
    settings = replace(FAST, strategy="gradual", epochs=6)
    finetune(tones, "tiny", "random", settings)
    assert [open_stages(3, epoch, 6) for epoch in range(6)] == [0, 1, 2, 3, 3, 3]
    opened = [(), ("top",), ("top", "net.high"), ("top", "net.high", "net.low")]
    for before, after, layers in zip([base(), *seen], seen, opened, strict=False):
        names = [
            name for name in before if not name.endswith("num_batches_tracked")
        ]  # counted anew each epoch
        changed = {name for name in names if not torch.equal(before[name], after[name])}
        assert changed == {name for name in names if layers and name.startswith(layers)}


def test_adapters_change_the_projections_alone_and_leave_no_trace(tones):
    made = finetune(tones, "aves_bio", "random", replace(FAST, strategy="lora", rank=2))
    before, after = base("aves_bio"), encoder_of(made)
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"q_proj.weight", "v_proj.weight"}
    difference = after["q_proj.weight"] - before["q_proj.weight"]
    assert torch.linalg.matrix_rank(difference, rtol=1e-3) <= 2
    assert made.usable


def test_adapters_need_attention(tones):
    with pytest.raises(BadInput, match="attention"):
        finetune(tones, "tiny", "random", replace(FAST, strategy="lora"))


@pytest.mark.parametrize("strategy", ["full", "gradual"])
@pytest.mark.parametrize("stop", [4, 7, 12])
def test_a_resumed_training_gives_the_same_weights(tones, strategy, stop):
    settings = replace(
        AUGMENTED, strategy=strategy, learning_rates=(1e-3, 1e-2), schedule="cosine", warmup=0.2
    )
    with pytest.raises(Cancelled):
        finetune(tones, "tiny", "random", settings, progress=StopAfter(stop))
    kept = work_of(tones, "tiny", "random", 0, settings).curves()
    resumed = finetune(tones, "tiny", "random", settings)
    if kept:
        again = resumed.record.curves[0]["epochs"][0]
        assert kept["trials"][0]["epochs"][0]["seconds"] == again["seconds"], "the first epoch was done twice"
    weights = load_file(resumed.path)
    checkpoints.delete(resumed.id)
    whole = finetune(tones, "tiny", "random", settings)  # its checkpoint is gone, so it is trained again
    assert whole.record.curves[0]["epochs"][0]["seconds"] != resumed.record.curves[0]["epochs"][0]["seconds"]
    assert tiny.same(weights, load_file(whole.path))
    assert whole.id == resumed.id


def test_a_training_that_was_killed_goes_on_within_the_epoch(tones, monkeypatch):
    """Its state is saved by the clock: here after every step. What a kill leaves behind is the newest of them."""
    settings = replace(AUGMENTED, learning_rates=(1e-2,), epochs=2, batch=3)
    monkeypatch.setattr(state_keeper, "EVERY_S", 0.0)
    saved, step = [], trainer.Trainer._step

    def killed(self, batch, scale):
        saved.append((self._work.load("state") or ({}, {"step": 0}))[1]["step"])
        if len(saved) == 4:
            raise KeyboardInterrupt
        return step(self, batch, scale)

    with monkeypatch.context() as patch:
        patch.setattr(trainer.Trainer, "_step", killed)
        with pytest.raises(KeyboardInterrupt):
            finetune(tones, "tiny", "random", settings)
    assert saved == [0, 1, 2, 3]
    steps = []
    monkeypatch.setattr(trainer.Trainer, "_step", lambda *a: (steps.append(1), step(*a))[1])
    resumed = finetune(tones, "tiny", "random", settings)
    again = len(steps)
    weights, losses = load_file(resumed.path), [e["loss"] for e in resumed.record.curves[0]["epochs"]]
    checkpoints.delete(resumed.id)
    whole = finetune(tones, "tiny", "random", settings)
    assert len(steps) - again == again + 3, "steps that were saved are not done again"
    assert tiny.same(weights, load_file(whole.path))
    assert losses == [e["loss"] for e in whole.record.curves[0]["epochs"]]


def test_short_epochs_write_the_state_once_in_a_while_and_not_each(tones, monkeypatch):
    written, save = [], TrainingRunDir.save
    monkeypatch.setattr(
        TrainingRunDir, "save", lambda self, name, *a: (written.append(name), save(self, name, *a))[1]
    )
    finetune(tones, "tiny", "random", replace(FAST, epochs=6))
    assert written.count("state") == 1 and written.count("best") == 1  # when the learning rate was done


def test_the_time_of_a_resumed_training_holds_what_was_done_before(tones):
    settings = replace(FAST, epochs=3)
    with pytest.raises(Cancelled):
        finetune(tones, "tiny", "random", settings, progress=StopAfter(12))
    work = work_of(tones, "tiny", "random", 0, settings)
    tensors, about = work.load("state")
    about["trials"][0]["epochs"][0]["seconds"] = 5000.0  # as if the first epoch had taken long
    work.save("state", tensors, about)
    assert 5000 < finetune(tones, "tiny", "random", settings).record.seconds < 6000


def test_a_finished_training_is_not_done_again(tones):
    made = finetune(tones, "tiny", "random", FAST)
    assert finetune(tones, "tiny", "random", FAST).record == made.record


def test_a_damaged_state_starts_the_training_again(tones):
    with pytest.raises(Cancelled):
        finetune(tones, "tiny", "random", FAST, progress=StopAfter(6))
    state = work_of(tones, "tiny", "random", 0, FAST).folder / "state.safetensors"
    state.write_bytes(state.read_bytes()[:100])
    assert finetune(tones, "tiny", "random", FAST).usable


def test_each_learning_rate_is_tried_and_the_best_kept(tones):
    settings = replace(FAST, learning_rates=(1e-9, 1e-2), epochs=20)
    record = finetune(tones, "tiny", "random", settings).record
    assert [trial["learning_rate"] for trial in record.curves] == [1e-9, 1e-2]
    assert record.best["trial"] == 1
    epochs = record.curves[1]["epochs"]
    assert epochs[record.best["epoch"] - 1]["valid"]["accuracy"] == max(
        e["valid"]["accuracy"] for e in epochs
    )


def test_patience_ends_a_training_early(tones):
    settings = replace(FAST, learning_rates=(1e-12,), epochs=30, patience=2)
    trial = finetune(tones, "tiny", "random", settings).record.curves[0]
    assert len(trial["epochs"]) < 30
    assert "without a better validation" in trial["stopped"]


def test_a_loss_that_is_no_number_stops_with_a_sentence(tones, monkeypatch):
    monkeypatch.setattr(trainer.Trainer, "_try_step", lambda self, batch, scale: float("nan"))
    with pytest.raises(BadInput, match=r"not a number any more in epoch 1 with learning rate 0\.01"):
        finetune(tones, "tiny", "random", FAST)
    assert not checkpoints.list_checkpoints()


def test_too_little_memory_halves_the_batch_and_gives_the_same_gradient(tones, monkeypatch):
    """With statistics frozen, a batch in halves that add up is the whole batch."""
    settings = replace(FAST, strategy="linear", spec_augment=True)
    whole = load_file(finetune(tones, "tiny", "random", settings).path)
    forward, sizes = trainer.Learner.forward, []

    def limited(self, features):
        sizes.append(len(features))
        if self.head.training and len(features) > 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return forward(self, features)

    for made in checkpoints.list_checkpoints():
        checkpoints.delete(made.id)
    monkeypatch.setattr(trainer.Learner, "forward", limited)
    halved = load_file(finetune(tones, "tiny", "random", settings).path)
    assert max(sizes) > 3 and 2 in sizes
    for name in whole:
        torch.testing.assert_close(halved[name], whole[name], rtol=1e-4, atol=1e-5)


def test_memory_for_not_even_one_clip_is_a_sentence(tones, monkeypatch):
    def never(self, features):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(trainer.Learner, "forward", never)
    with pytest.raises(BadInput, match="not enough memory"):
        finetune(tones, "tiny", "random", FAST)


def test_a_checkpoint_that_embeds_otherwise_is_marked_and_refused(tones, monkeypatch):
    right = parity.through_model

    def mixed_up(dataset, rows, model, rate):
        embeddings = right(dataset, rows, model, rate)
        return embeddings[::-1] if model.checkpoint.startswith("ft:") else embeddings

    monkeypatch.setattr(parity, "through_model", mixed_up)
    made = finetune(tones, "tiny", "random", FAST)
    assert not made.usable
    assert "give clips different embeddings" in made.record.reason
    with pytest.raises(BadInput, match="must not be used"):
        finetuned.find(made.name)
    with pytest.raises(BadInput, match="must not be used"):
        registry.open_model("tiny", made.name)
    assert made.name not in registry.checkpoints("tiny")
    assert [listed.id for listed in checkpoints.list_checkpoints()] == [made.id]


def test_a_start_that_is_heard_otherwise_is_not_trained(tones, monkeypatch):
    """Said before the first epoch, not after the last."""
    right = parity.through_model
    monkeypatch.setattr(parity, "through_model", lambda *a: right(*a)[::-1])
    monkeypatch.setattr(trainer.Trainer, "run", None)  # not called
    with pytest.raises(BadInput, match="was not started"):
        finetune(tones, "tiny", "random", FAST)
    assert not checkpoints.list_checkpoints()


def test_background_leaves_training_alone(tones):
    whole = finetune(tones, "tiny", "random", FAST).record
    none = finetune(tones, "tiny", "random", replace(FAST, background_share=0)).record
    paper = finetune(tones, "tiny", "random", replace(FAST, remove_everywhere=True)).record
    assert none.split.counts["train"]["background"] == 0
    assert none.split.counts["valid"] == whole.split.counts["valid"]
    assert none.split.counts["test"] == whole.split.counts["test"]
    assert none.test_as_paper is None
    assert paper.split.counts["valid"]["background"] == 0
    assert paper.test_as_paper["background_auroc"] is None  # no background in it
    assert paper.test["background_auroc"] is not None  # and the whole test beside it


def test_windows_of_recordings_are_trained_with_several_labels(tmp_path):
    dataset = tiny.tones(tmp_path / "d")
    both = dataset.clips.labels.copy()
    both[dataset.clips.recording % 3 == 0] = True
    dataset = replace(dataset, task="detection", clips=replace(dataset.clips, labels=both))
    record = finetune(dataset, "tiny", "random", FAST).record
    assert record.metric == "macro_ap"
    assert record.outputs == list(dataset.labels)


def test_an_unreadable_recording_is_left_out_and_said(tmp_path):
    dataset = tiny.tones(tmp_path / "d")
    path = dataset.recordings[int(dataset.clips.recording[split_rows(dataset, FAST).train[0]])].path
    path.write_bytes(b"no sound")
    record = finetune(dataset, "tiny", "random", FAST).record
    assert any("changed" in detail for detail in record.failures)


def test_a_real_network_trains_and_opens(tones):
    made = finetune(tones, "resnet18", "random", replace(FAST, epochs=1, learning_rates=(1e-3,)))
    assert made.usable
    assert registry.open_model("resnet18", made.name).checkpoint == made.name
    assert {"torch", "torchvision"} <= set(made.record.versions)
