"""What a training tells of its progress: a rate and a time left that hold, on a simulated clock."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.jobs.rate import RateEstimate
from bioviz.training.finetune import finetune, work_of
from bioviz.training.loop.live import MAX_POINTS, LiveLoss
from bioviz.training.loop.pace import Pace
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.loop.trainer_state import TrainerState
from bioviz.training.settings import TrainSettings


class Watch:
    """A job's progress on a clock of its own."""

    def __init__(self) -> None:
        self.now, self.rate, self.seen, self.notes = 0.0, RateEstimate(), [], []

    def report(self, stage, done, total, unit="clips", note=""):
        self.rate.update(done, self.now)
        self.seen.append((self.now, done, total, self.rate.rate, self.rate.eta_s(total)))
        self.notes.append(note)


def simulate(
    watch: Watch, train: int, valid: int, finalize: int, settings: TrainSettings, ratio: float, stop: int
):
    """A clip takes 0.1 s to train on and `ratio` of that to listen to; each trial stops after `stop` epochs."""
    pace = Pace(settings, train, finalize, valid)
    at = TrainerState(0, 0, 0, None, None, 8, [], None, {})
    while at.trial < len(settings.learning_rates):
        at.trials.append({"epochs": []})
        at.epoch = 0
        while at.epoch < min(stop, settings.epochs):
            for done in range(0, train + 1, 8):
                watch.now += 0.8
                pace.tell(watch, at, done)
            for done in range(0, finalize + valid + 1, 8):
                watch.now += 0.8 * ratio
                pace.listen(watch, at, done, "validation")
            at.epoch += 1
            at.trials[-1]["epochs"].append({})
        at.trial += 1


@pytest.mark.parametrize(("ratio", "off"), [(1 / 3, 0.1), (0.25, 0.2), (0.5, 0.25)])
def test_the_time_left_holds_from_the_first_seconds_on(ratio, off):
    watch = Watch()
    simulate(watch, 240, 80, 240, TrainSettings(epochs=6), ratio, stop=6)
    end = watch.now
    judged = [(now, eta) for now, _, _, _, eta in watch.seen if eta is not None and 5 < now < end - 5]
    assert len(judged) > 100
    for now, eta in judged:
        assert eta == pytest.approx(end - now, rel=off, abs=6)
    assert watch.seen[-1][1] == pytest.approx(watch.seen[-1][2])


def test_nothing_is_left_out_at_the_end():
    """Today's fault: "0 s left" for the length of a validation."""
    watch = Watch()
    simulate(watch, 240, 400, 0, TrainSettings(epochs=2), 1 / 3, stop=2)
    end = watch.now
    early = [now for now, _, _, _, eta in watch.seen if eta is not None and eta < 0.5]
    assert all(end - now < 1.5 for now in early)


def test_rate_and_time_left_agree():
    watch = Watch()
    simulate(watch, 240, 80, 0, TrainSettings(epochs=3), 1 / 3, stop=3)
    for _, done, total, rate, eta in watch.seen:
        if rate:
            assert eta == pytest.approx((total - done) / rate)


def test_epochs_that_early_stopping_saves_do_not_count_as_done_at_a_stroke():
    watch = Watch()
    settings = TrainSettings(epochs=50, patience=2, learning_rates=(1e-3, 1e-4))
    simulate(watch, 240, 80, 0, settings, 1 / 3, stop=4)
    rates = [rate for *_, rate, _ in watch.seen if rate]
    assert max(rates) < 1.3 * min(rates)


def test_the_note_says_which_epoch_of_how_many():
    watch = Watch()
    simulate(watch, 16, 8, 0, TrainSettings(epochs=3), 1 / 3, stop=3)
    assert watch.notes[0] == "epoch 1 of 3"
    assert "epoch 2 of 3, validation" in watch.notes and watch.notes[-1].startswith("epoch 3 of 3")
    watch = Watch()
    simulate(
        watch, 16, 8, 0, TrainSettings(epochs=50, patience=5, learning_rates=(1e-4, 1e-5)), 1 / 3, stop=1
    )
    assert watch.notes[0].startswith("learning rate 0.0001 (1 of 2), epoch 1 of at most 50")
    assert "5 epochs without a better validation" in watch.notes[0]


def test_the_loss_is_told_by_batch_while_an_epoch_runs(tones):
    """After the first step there is a curve; today it comes after the first epoch."""
    settings = TrainSettings(epochs=2, batch=4)
    work, told = work_of(tones, "tiny", "random", 0, settings), []

    class Look:
        def report(self, stage, done, total, unit="clips", note=""):
            if stage == "Training" and done > 0 and not told:
                told.append((work.live(), work.curves()))

    finetune(tones, "tiny", "random", settings, progress=Look())
    live, curves = told[0]
    assert curves is None and len(live["losses"]) == 1 and live["per_epoch"] > 1
    assert np.isfinite(live["losses"]).all()


def test_live_losses_are_thinned_and_go_on_after_a_kill(own_cache):
    now = [0.0]
    work = TrainingRunDir("a" * 20)
    live = LiveLoss(work, 100, clock=lambda: now[0])
    for epoch in range(12):
        live.begin(0, epoch)
        for step in range(100):
            now[0] += 0.3
            live.add(float(epoch * 100 + step))
    live.write()
    written = work.live()
    assert len(written["losses"]) < MAX_POINTS
    middle = (np.arange(len(written["losses"])) + 0.5) * written["every"]
    assert np.abs(np.array(written["losses"]) + 0.5 - middle).max() < written["every"]
    again = LiveLoss(work, 100, clock=lambda: now[0])
    again.begin(0, 10)  # killed within the eleventh epoch
    again.write()
    assert len(work.live()["losses"]) == 1000 // written["every"]
    again.begin(1, 0)
    again.write()
    assert work.live()["losses"] == [] and work.live()["trial"] == 1
