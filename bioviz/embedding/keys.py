"""What decides an embedding, as keys: of a recording's block and of a dataset's set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.audio.decode import RESAMPLER
from bioviz.datasets.types import Dataset
from bioviz.store.keys import key_of

VERSION = 2  # raise it when windows are cut or blocks are stored in another way


@dataclass(frozen=True, eq=False)
class BlockInputs:
    """What the embeddings of one recording follow from; see `Recipe`.

    Attributes
    ----------
    width
        Samples in a window.
    content_hash
        Of the recording.
    starts_s : (n,) float64
        Where its windows start.

    """

    fingerprint: str
    arithmetic: str
    resampler: str
    rate: int
    width: int
    content_hash: str
    starts_s: np.ndarray


@dataclass(frozen=True, eq=False)
class SetInputs:
    """What an embedding set is found by: clips and model, but not the device that it was computed on.

    Attributes
    ----------
    identity, rate, width_s
        See `Recipe`.
    content_hashes
        Of the recordings in their order, one a line.
    recording : (N,) int64
        Of each clip.
    starts_s : (N,) float64

    """

    identity: str
    rate: int
    width_s: float
    content_hashes: str
    recording: np.ndarray
    starts_s: np.ndarray


@dataclass(frozen=True)
class Recipe:
    """Everything but the sound that decides an embedding.

    Attributes
    ----------
    model, checkpoint, seed, precision
        As in `models.registry.open_model`, the precision settled.
    arithmetic
        The numbers really computed with, see `device.arithmetic`.
    fingerprint
        Of the model with its precision.
    identity
        Of the model at float32, by which its sets are found whatever they were computed on.
    rate
        Samples per second that the model gets, Hz.
    width_s
        Length of a window, s.
    dim
        Numbers in an embedding.
    scores
        Tensor of the model file that holds its classifier's scores, which come from the same pass; "" for none. It
        decides no embedding.

    """

    model: str
    checkpoint: str
    seed: int
    precision: str
    arithmetic: str
    fingerprint: str
    identity: str
    rate: int
    width_s: float
    dim: int
    scores: str = ""

    @property
    def width(self) -> int:
        """Samples in a window."""
        return round(self.width_s * self.rate)

    def block_key(self, content_hash: str, starts_s: np.ndarray) -> str:
        """Key of the embeddings of a recording (by its content) for windows starting at `starts_s`."""
        inputs = BlockInputs(
            self.fingerprint, self.arithmetic, RESAMPLER, self.rate, self.width, content_hash, starts_s
        )
        return key_of("embedding block", VERSION, inputs)


def rows_by_recording(dataset: Dataset) -> list[np.ndarray]:
    """For each recording the (n,) int64 rows of its clips, ascending."""
    of = dataset.clips.recording
    order = np.argsort(of, kind="stable")
    return np.split(order, np.searchsorted(of[order], np.arange(1, len(dataset.recordings))))


@dataclass(frozen=True, eq=False)
class RoundedSetInputs:
    """As `SetInputs`, of a set whose numbers are stored with fewer digits."""

    whole: SetInputs
    stored_as: str


def set_key(dataset: Dataset, identity: str, rate: int, stored_as: str = "float32") -> str:
    """Key of the embeddings of all clips of a dataset; labels, splits and paths do not count.

    Parameters
    ----------
    identity
        Fingerprint of the model at float32, so that a set is found again whatever it ran on.
    rate
        Hz.
    stored_as
        One of `config.STORED_AS`.

    """
    clips = dataset.clips
    inputs = SetInputs(
        identity=identity,
        rate=rate,
        width_s=dataset.plan.width_s,
        content_hashes="\n".join(recording.content_hash for recording in dataset.recordings),
        recording=clips.recording.astype(np.int64),
        starts_s=clips.start_s.astype(np.float64),
    )
    if stored_as != "float32":
        return key_of("embedding set", VERSION, RoundedSetInputs(inputs, stored_as))
    return key_of("embedding set", VERSION, inputs)
