"""The work folder of a training: its curves for the page, and what it needs to go on after a kill."""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioviz import rights
from bioviz.config import settings
from bioviz.store.files import Corrupt, read_json, read_sealed, write_json, write_sealed
from bioviz.store.keys import key_of

if TYPE_CHECKING:
    from torch import Tensor

log = logging.getLogger(__name__)


FORMAT = 2
"""Raised when the same inputs train another checkpoint."""


@dataclass(frozen=True)
class TrainingInputs:
    """All that a training rests on.

    Attributes
    ----------
    dataset : str
        `Dataset.version`: clips, labels, splits and the unit of independence.
    model : str
        Fingerprint of the model and the checkpoint that is started from.
    settings : Mapping
        `TrainSettings.to_dict`.
    """

    dataset: str
    model: str
    settings: Mapping[str, object]


class TrainingRunDir:
    """The folder of one training, named by all that decides it, so that starting the same again goes on.

    Parameters
    ----------
    key
        Hex.

    """

    def __init__(self, key: str) -> None:
        self.folder = settings().cache_dir / "training" / key

    @classmethod
    def of(cls, inputs: TrainingInputs) -> TrainingRunDir:
        """Return the folder of the training that these inputs decide."""
        return cls(key_of("training", FORMAT, inputs)[:20])

    def curves(self) -> dict[str, Any] | None:
        """Return what `write_curves` wrote last, or None."""
        with contextlib.suppress(FileNotFoundError, Corrupt):
            return read_json(self.folder / "curves.json")
        return None

    def write_curves(self, curves: dict[str, object]) -> None:
        write_json(self.folder / "curves.json", curves)

    def live(self) -> dict[str, Any] | None:
        """Return what `write_live` wrote last, or None."""
        with contextlib.suppress(FileNotFoundError, Corrupt):
            return read_json(self.folder / "live.json")
        return None

    def write_live(self, losses: dict[str, object]) -> None:
        """Losses of the batches so far, see `live.LiveLoss`."""
        write_json(self.folder / "live.json", losses)

    def result(self) -> str | None:
        """Id of the checkpoint that this training ended with, or None."""
        with contextlib.suppress(FileNotFoundError, Corrupt, KeyError):
            return read_json(self.folder / "result.json")["checkpoint"]
        return None

    def finish(self, checkpoint: str) -> None:
        """Note the checkpoint made, and drop what only going on would need."""
        write_json(self.folder / "result.json", {"checkpoint": checkpoint})
        for name in ("state", "best", "probe"):
            self._file(name).unlink(missing_ok=True)

    def restart(self) -> None:
        """Forget everything."""
        rights.require()
        shutil.rmtree(self.folder, ignore_errors=True)

    def save(self, name: str, tensors: Mapping[str, Tensor], about: dict[str, object]) -> None:
        """Store tensors with a JSON-able value, both or neither. Raises DiskFull."""
        from safetensors.torch import save

        plain = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
        write_sealed(self._file(name), save(plain, {"about": json.dumps(about)}))

    def load(self, name: str) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
        """Return what `save` stored; None where there is nothing, or it is damaged (then it is dropped)."""
        from safetensors import SafetensorError
        from safetensors.torch import load

        path = self._file(name)
        if not path.is_file():
            return None
        try:
            data = read_sealed(path)
            header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])  # of the format safetensors
            return load(data), json.loads(header["__metadata__"]["about"])
        except (SafetensorError, Corrupt, ValueError, KeyError, TypeError, OSError, OverflowError) as error:
            log.warning("%s is damaged (%s); the training starts again.", path, error)
            path.unlink(missing_ok=True)
            return None

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"
