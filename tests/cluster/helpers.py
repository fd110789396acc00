"""A model that workers open by its name, which notes every clip that it embeds."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import torch

from tests.embedding.helpers import MomentModel


class SlowModel(MomentModel):
    """Takes its time, and writes a line for every clip into a file: the process, and the clip's first samples."""

    def __init__(self, log: Path, seconds: float) -> None:
        super().__init__()
        self._log, self._seconds = log, seconds

    def embed(self, waveforms: torch.Tensor, rate: int) -> torch.Tensor:
        time.sleep(self._seconds)
        lines = [f"{os.getpid()} {clip[:8].tolist()}\n" for clip in waveforms if clip.any()]
        with self._log.open("a") as file:  # one write to a file opened for appending: no line is torn
            file.write("".join(lines))
        return super().embed(waveforms, rate)


@dataclass(frozen=True)
class OpenSlow:
    """Opens a `SlowModel` where it is called."""

    log: Path
    seconds: float = 0.0

    def __call__(self) -> SlowModel:
        return SlowModel(self.log, self.seconds)
