"""The training itself: epochs of steps, the best one kept, its whole state on disk every few minutes."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping
from typing import SupportsFloat

import numpy as np
import torch
from torch.amp.grad_scaler import GradScaler

from bioviz.embedding.batches.batch_embedder import is_out_of_memory
from bioviz.errors import BadInput, Cancelled
from bioviz.progress import Progress
from bioviz.training.data.inputs import Batch, Input, batches, chunks
from bioviz.training.data.split import Split
from bioviz.training.loop.late_losses import LateLosses
from bioviz.training.loop.live import LiveLoss
from bioviz.training.loop.pace import Pace
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.loop.schedule import factor
from bioviz.training.loop.state_keeper import StateKeeper
from bioviz.training.loop.trainer_state import TrainerState
from bioviz.training.network.layers import Learner, Strategy, fresh_statistics, has_statistics
from bioviz.training.network.objective import Objective
from bioviz.training.settings import FRESH, PROBE, TrainSettings

log = logging.getLogger(__name__)

MIN_STEPS = 50  # of an epoch; after as many, a running mean (momentum 0.1) has forgotten how it was before


class Diverged(BadInput):
    """The loss is not a number any more."""


class Trainer:
    """Trains a learner with each learning rate in turn. Call `run`, then the learner holds the best epoch.

    Everything random in an epoch comes from the seed, the learning rate's number and the epoch's, and is kept with the
    state, so that a training that goes on within an epoch does what it would have done. `after_epoch` is told the
    number of each epoch of the first learning rate, and must leave the network as it is.
    """

    def __init__(
        self,
        learner: Learner,
        source: Input,
        objective: Objective,
        split: Split,
        settings: TrainSettings,
        work: TrainingRunDir,
        *,
        device: torch.device,
        after_epoch: Callable[[int], object] = lambda epoch: None,
    ) -> None:
        self._after_epoch = after_epoch
        self._learner, self._source, self._objective, self._split = learner, source, objective, split
        self._settings, self._work, self._device = settings, work, device
        self._scaler = GradScaler(device.type, enabled=learner.precision == "float16")
        steps = len(chunks(split.train, settings.batch))
        self._short = settings.statistics == FRESH and steps < MIN_STEPS  # its running means cannot keep up
        settled = len(split.train) if self._short and has_statistics(learner.encoder) else 0
        self._pace = Pace(settings, len(split.train), settled, len(split.valid))
        self._live = LiveLoss(work, steps)
        self.earlier_s = 0.0  # of epochs that were done before this start, such as before a kill
        torch.manual_seed(settings.seed)
        self.strategy = Strategy(learner, settings)
        self._groups = self.strategy.groups()
        names = {name for group in self._groups for name in group["names"]}
        self._mutable = {n: p for n, p in learner.named_parameters() if n in names}
        self._mutable |= dict(learner.named_buffers())
        self._start = {name: value.detach().clone() for name, value in self._mutable.items()}
        self._keeper = StateKeeper(work, self._mutable, device)
        self._random: dict[str, torch.Tensor] = {}  # of the place that `TrainerState.step` names

    def run(self, progress: Progress) -> TrainerState:
        """Train to the end, from the last epoch that is on disk.

        Raises
        ------
        BadInput
            The loss was not a number with any of the learning rates, or memory is not enough for one clip.
        Cancelled
            From `progress`; the steps done are kept. DiskFull.

        """
        at = self._resume()
        self.earlier_s = at.seconds
        if self._settings.head == PROBE and at.start is None:
            at.start = self._objective.measure(self.predict(self._split.valid), self._split.valid)
            self._compare(at, at.start, {"trial": 0, "epoch": 0})
        while at.trial < len(self._settings.learning_rates):
            rate = self._settings.learning_rates[at.trial]
            if at.epoch == at.step == 0:
                self._restore(self._start)
                self._optimizer = self._new_optimizer(rate)
                trial = {"learning_rate": rate, "epochs": [], "stopped": "", "start": at.start}
                at.trials = [*at.trials[: at.trial], trial]
                at.worse, at.trial_best = 0, self._score(at.start) if at.start else None
            try:
                self._trial(at, rate, progress)
            except Diverged as error:
                at.trials[-1]["stopped"] = str(error)
            except Cancelled:
                self._save(at)
                raise
            at.trial, at.epoch, at.step, at.so_far = at.trial + 1, 0, 0, None
            self._save(at)
            self._write_curves(at)
        if at.best is None:
            raise BadInput(at.trials[-1]["stopped"])
        best = self._keeper.best()
        if best is None:
            self._work.restart()
            raise BadInput(
                "The weights of the best epoch are damaged. Check the disk, and start the training again."
            )
        self._restore(best)
        self._learner.eval().requires_grad_(False)
        return at

    def predict(self, rows: np.ndarray, tick: Callable[[int], object] = lambda done: None) -> np.ndarray:
        """(n, outputs) float32 logits of some clips; the learner is in eval mode during it.

        Parameters
        ----------
        tick
            Told the number of clips done.

        """
        self._learner.eval()
        logits, done = [], 0
        with torch.no_grad():
            for batch in batches(self._source, chunks(rows, max(self._micro, 1)), None):
                logits.append(self._learner(self._source.prepare(batch)).float().cpu().numpy())
                done += len(batch.rows)
                tick(done)
        return np.concatenate(logits) if logits else np.zeros((0, len(self._objective.names)), np.float32)

    def _trial(self, at: TrainerState, rate: float, progress: Progress) -> None:
        settings, split = self._settings, self._split
        while at.epoch < settings.epochs and not at.trials[-1]["stopped"]:
            measured = self._epoch(at, rate, progress)
            started = time.perf_counter()
            self._settle(lambda done: self._pace.listen(progress, at, done, "statistics"))
            logits = self.predict(
                split.valid,
                lambda done: self._pace.listen(progress, at, self._pace.finalize + done, "validation"),
            )
            valid = self._objective.measure(logits, split.valid)
            if not math.isfinite(_loss(valid)):
                raise Diverged(_diverged(at.epoch, rate))
            measured["valid_seconds"] = time.perf_counter() - started
            at.epoch, at.step, at.so_far = at.epoch + 1, 0, None
            at.trials[-1]["epochs"].append({"epoch": at.epoch, **measured, "valid": valid})
            score = self._compare(at, valid, {"trial": at.trial, "epoch": at.epoch})
            if at.trial_best is None or score > at.trial_best:
                at.trial_best, at.worse = score, 0
            elif self.strategy.settled(at.epoch - 1):
                at.worse += 1
            if settings.patience and at.worse >= settings.patience:
                at.trials[-1]["stopped"] = f"Stopped after {at.worse} epochs without a better validation."
            self._random = {}  # the next epoch begins with its own
            self._write_curves(at)
            if self._keeper.due:
                self._save(at)
            if at.trial == 0:
                self._after_epoch(at.epoch)

    def _score(self, valid: dict[str, float | None]) -> list[float]:
        """Return what epochs are compared by: the metric, then the loss."""
        metric = valid[self._objective.metric]
        return [-1.0 if metric is None else metric, -_loss(valid)]

    def _compare(
        self, at: TrainerState, valid: dict[str, float | None], epoch_at: dict[str, int]
    ) -> list[float]:
        """Keep the weights as they are if they are the best so far; returns the score."""
        score = self._score(valid)
        if at.best is None or score > at.best:
            at.best, at.best_at = score, epoch_at
            self._keeper.keep_best()
        return score

    def _epoch(self, at: TrainerState, rate: float, progress: Progress) -> dict[str, float]:
        settings = self._settings
        seed = (settings.seed, at.trial, at.epoch)
        torch.manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
        rows = np.random.default_rng(seed).permutation(self._split.train)
        steps = chunks(rows, settings.batch)
        self.strategy.begin(at.epoch)
        self._live.begin(at.trial, at.epoch, at.step)
        if at.step:
            self._keeper.restore_random(self._random)
        before = at.so_far or {"loss": 0.0, "scale": 0.0, "seconds": 0.0, "busy": 0.0}
        sums = dict(before)
        heard = sum(map(len, steps[: at.step]))
        self._pace.tell(progress, at, heard)
        started = time.perf_counter()
        late: LateLosses[tuple[int, float]] = LateLosses(1 if self._device.type == "cuda" else 0)
        self._random = self._keeper.random_state()

        def take(losses: Iterable[tuple[tuple[int, float], float]]) -> None:
            nonlocal heard
            for (clips, scale), value in losses:
                if not math.isfinite(value):
                    raise Diverged(_diverged(at.epoch, rate))
                sums["loss"], sums["scale"] = sums["loss"] + value, sums["scale"] + scale
                heard += clips
                self._live.add(value / scale)

        for index, batch in enumerate(batches(self._source, steps, seed, at.step), start=at.step):
            now = time.perf_counter()
            step = at.epoch * len(steps) + index
            self._set_rate(
                rate * factor(settings.schedule, step, settings.epochs * len(steps), settings.warmup)
            )
            scale = self._objective.scale(batch.rows)
            take(late.put((len(batch.rows), scale), self._step(batch, scale)))
            is_last = index + 1 == len(steps)
            if is_last or self._keeper.due:
                take(late.drain())  # what is saved was looked at
            sums["busy"] += time.perf_counter() - now
            sums["seconds"] = before["seconds"] + time.perf_counter() - started
            at.micro, at.step, at.so_far = self._micro, index + 1, sums
            self._random = self._keeper.random_state()
            if self._keeper.due and not is_last:
                self._save(at)
            try:
                self._pace.tell(progress, at, heard)
            except Cancelled:
                take(late.drain())
                raise
        self._live.write()
        return {
            "loss": sums["loss"] / sums["scale"],
            "seconds": sums["seconds"],
            "clips_per_s": len(rows) / max(sums["seconds"], 1e-9),
            "efficiency": sums["busy"] / max(sums["seconds"], 1e-9),
        }

    def _settle(self, tick: Callable[[int], object]) -> None:
        """Bring the normalisation's statistics up to date, where an epoch has too few steps for that."""
        if not self._short:
            return
        steps, done = chunks(self._split.train, self._settings.batch), 0
        pieces = [piece for rows in steps for piece in chunks(rows, self._micro)]
        with torch.no_grad(), fresh_statistics(self._learner) as wanted:
            for batch in batches(self._source, pieces, None) if wanted else ():
                self._learner(self._source.prepare(batch))
                done += len(batch.rows)
                tick(done)

    def _step(self, batch: Batch, scale: float) -> SupportsFloat:
        """One step; the summed loss, which a GPU may still be computing.

        Where memory is short, the batch goes through in halves that add up.
        """
        while True:
            try:
                return self._try_step(batch, scale)
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
            # Outside of the except block, whose traceback keeps the tensors that did not fit.
            if self._micro == 1:
                raise BadInput(
                    "There is not enough memory to train on a single clip with this model. Close other programs, or "
                    "choose shorter clips, a smaller model or another strategy."
                )
            self._micro = max(1, min(self._micro, len(batch.rows)) // 2)
            log.warning("Out of memory: %d clips at once from here on.", self._micro)
            if self._device.type == "cuda":
                torch.cuda.empty_cache()

    def _try_step(self, batch: Batch, scale: float) -> SupportsFloat:
        self._optimizer.zero_grad(set_to_none=True)
        parts = []
        for first in range(0, len(batch.rows), self._micro):
            piece = batch.part(slice(first, first + self._micro))
            features = self._source.prepare(piece)
            logits = self._learner(features)
            loss = self._objective.loss(logits, piece.rows)
            self._scaler.scale(loss / scale).backward()
            parts.append(loss.detach())
        # A loss that is no number ends the learning rate as soon as it is read, and nothing of its weights is kept.
        self._scaler.step(self._optimizer)
        self._scaler.update()
        return parts[0] if len(parts) == 1 else torch.stack(parts).double().sum()

    def _new_optimizer(self, rate: float) -> torch.optim.Optimizer:
        groups = [{"params": group["params"], "scale": group["scale"]} for group in self._groups]
        return torch.optim.AdamW(groups, lr=rate, weight_decay=self._settings.weight_decay)

    def _set_rate(self, rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["scale"]

    def _restore(self, tensors: Mapping[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, value in self._mutable.items():
                value.copy_(tensors[name])

    def _resume(self) -> TrainerState:
        self._micro = self._settings.batch
        stored = self._work.load("state")
        if stored is None:
            return TrainerState(0, 0, 0, None, None, self._micro, [], None, {})
        tensors, about = stored
        at = TrainerState(**about)
        self._micro = at.micro
        if at.epoch or at.step:
            rate = self._settings.learning_rates[at.trial]
            self._restore({name: tensors[f"net.{name}"] for name in self._mutable})
            self._optimizer = self._new_optimizer(rate)
            self._keeper.restore(tensors, self._optimizer)
            self._random = {name: tensors[name] for name in tensors if name.startswith("random")}
            if at.scaler:
                self._scaler.load_state_dict(at.scaler)
        return at

    def _save(self, at: TrainerState) -> None:
        at.scaler = self._scaler.state_dict()
        running = self._optimizer if at.epoch or at.step else None
        self._keeper.save(at, running, self._random if at.step else {})

    def _write_curves(self, at: TrainerState) -> None:
        self._work.write_curves(
            {
                "metric": self._objective.metric,
                "trials": at.trials,
                "best": at.best_at,
                "settings": self._settings.to_dict(),
            }
        )


def _loss(measured: Mapping[str, float | None]) -> float:
    """Return the loss among measures; not a number where there was nothing to measure."""
    loss = measured["loss"]
    return math.nan if loss is None else loss


def _diverged(epoch: int, rate: float) -> str:
    return (
        f"The loss was not a number any more in epoch {epoch + 1} with learning rate {rate:g}: it is too high for this "
        "model. Choose a lower one, or a warm-up."
    )
