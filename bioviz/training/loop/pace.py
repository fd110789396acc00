"""How far a training is, counted so that the rate stays even and the time left can be believed."""

from __future__ import annotations

from dataclasses import dataclass

from bioviz.progress import Progress
from bioviz.training.loop.trainer_state import TrainerState
from bioviz.training.settings import TrainSettings

LISTENING = 1 / 3  # of the time to train on a clip is what it takes to run it forward alone


@dataclass(frozen=True)
class Pace:
    """The work of a training, in clips trained on; a clip that is only listened to counts as a third of one.

    Attributes
    ----------
    settings : TrainSettings
    train, settle, valid : int
        Clips of an epoch: to train on, to collect statistics from, to validate with.
    """

    settings: TrainSettings
    train: int
    finalize: int
    valid: int

    @property
    def epoch(self) -> float:
        """Work of one epoch."""
        return self.train + LISTENING * (self.finalize + self.valid)

    def listen(self, progress: Progress, at: TrainerState, listened: int, doing: str) -> None:
        """`tell`, once the epoch's training is done. Raises Cancelled."""
        self.tell(progress, at, self.train, listened, doing)

    def tell(
        self, progress: Progress, at: TrainerState, trained: int, listened: int = 0, doing: str = ""
    ) -> None:
        """Report how far it is; epochs that early stopping saved are no part of the total. Raises Cancelled.

        Parameters
        ----------
        at : Position
            Epochs done.
        trained, listened : int
            Clips of the epoch that runs.
        doing : str
            What the epoch is at, where it does not train.
        """
        epochs, rates = self.settings.epochs, self.settings.learning_rates
        past = sum(len(trial["epochs"]) for trial in at.trials[: at.trial])
        coming = past + epochs * (len(rates) - at.trial)
        clips_done = (past + at.epoch) * self.epoch + trained + LISTENING * listened
        progress.report("Training", clips_done, coming * self.epoch, "clips", self._note(at, doing))

    def _note(self, at: TrainerState, doing: str) -> str:
        """E.g. "epoch 2 of at most 50, validation; ends after 5 epochs without a better validation"."""
        epochs, rates, patience = self.settings.epochs, self.settings.learning_rates, self.settings.patience
        of = "of at most" if patience and patience < epochs else "of"
        note = f"epoch {min(at.epoch + 1, epochs)} {of} {epochs}"
        if len(rates) > 1:
            note = f"learning rate {rates[at.trial]:g} ({at.trial + 1} of {len(rates)}), {note}"
        if doing:
            note += f", {doing}"
        if patience and patience < epochs:
            note += f"; ends sooner after {patience} epochs without a better validation"
        return note
