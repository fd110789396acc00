"""Acoustic columns of a dataset: measured once a recording, while it is decoded, and stored in blocks."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from bioviz.audio.measures import clip
from bioviz.audio.measures.columns import COLUMNS, NAMES
from bioviz.datasets.types import Dataset
from bioviz.embedding.keys import rows_by_recording
from bioviz.embedding.stored.blocks import BlockStore
from bioviz.embedding.stored.sets import folder_of, read_set
from bioviz.store.keys import key_of

WIDTH = len(COLUMNS)


def open_acoustic(dataset: Dataset) -> dict[str, np.ndarray] | None:
    """Return the acoustic columns of all clips, or None while they are not measured.

    Returns
    -------
    Column name (`audio.measures.columns.NAMES`) to (N,) float32, NaN where a recording could not be read; read-only and
    left on the disk.

    """
    measured = read_set(folder_of(acoustic_key(dataset)), len(dataset.clips), WIDTH)
    if measured is None:
        return None
    columns = np.asarray(measured.matrix).T
    return dict(zip(NAMES, columns, strict=True))


def acoustic_store() -> BlockStore:
    return BlockStore("acoustic", WIDTH)


def acoustic_key(dataset: Dataset, keys: list[str] | None = None) -> str:
    """Key of the columns of a dataset, given the keys of its recordings' blocks (or finding them)."""
    keys = [task.key for task in acoustic_tasks(dataset)] if keys is None else keys
    return key_of(
        "acoustic set", 1, AcousticSetInputs("\n".join(keys), dataset.clips.recording.astype(np.int64))
    )


@dataclass(frozen=True, eq=False)
class AcousticSetInputs:
    """What the columns of a dataset follow from: keys of its recordings' blocks, and (N,) recording of each clip."""

    blocks: str
    recording: np.ndarray


@dataclass(frozen=True, eq=False)
class AcousticInputs:
    """What the columns of one recording follow from.

    Attributes
    ----------
    content_hash, rate, frames
        Of the recording; Hz, samples.
    width_s
        Of a window.
    starts_s : (n,) float64
        Where windows start.
    boxes : (b, 4)
        Annotated start_s, end_s, low_hz, high_hz; None where the dataset has no annotations.

    """

    content_hash: str
    rate: int
    frames: int
    width_s: float
    starts_s: np.ndarray
    boxes: np.ndarray | None


class AcousticTask:
    """The columns of one recording, being measured from any thread.

    Attributes
    ----------
    inputs
        What the columns follow from.
    key
        Of its block.
    rate
        Of the recording, Hz; windows must come at it.

    """

    def __init__(self, inputs: AcousticInputs) -> None:
        self.inputs = inputs
        self.key, self.rate = key_of("acoustic block", clip.VERSION, inputs), inputs.rate
        self._frames, self._starts, self._boxes = inputs.frames, inputs.starts_s, inputs.boxes
        self._left = len(inputs.starts_s)
        self._lock = threading.Lock()
        self._block: np.ndarray | None = None

    def take(self, local: np.ndarray, windows: np.ndarray) -> None:
        """Measure (n, T) windows at `rate` Hz, of positions `local` (n,)."""
        starts = self._starts[local]
        ends = self._frames - np.round(starts * self.rate).astype(np.int64)
        lengths = np.clip(ends, 0, windows.shape[1])
        boxes = None
        if self._boxes is not None:
            width_s = windows.shape[1] / self.rate
            boxes = [_within(self._boxes, start, width_s) for start in starts]
        measured = clip.measure(windows, self.rate, lengths.tolist(), boxes)
        with self._lock:
            if self._block is None:
                self._block = np.full((len(self._starts), WIDTH), np.nan, dtype=np.float32)
            self._block[local] = measured

    def finish(self, count: int) -> np.ndarray | None:
        """Tell that `count` more windows are measured; after the last ones, return the block."""
        with self._lock:
            self._left -= count
            if self._left:
                return None
            block, self._block = self._block, None
        assert block is not None  # `take` came first
        return block


def acoustic_tasks(dataset: Dataset) -> list[AcousticTask]:
    """One task a recording of the dataset."""
    boxes = _boxes_by_recording(dataset)
    tasks = []
    for index, (recording, rows) in enumerate(
        zip(dataset.recordings, rows_by_recording(dataset), strict=True)
    ):
        starts, own = dataset.clips.start_s[rows], None if boxes is None else boxes[index]
        inputs = AcousticInputs(
            content_hash=recording.content_hash,
            rate=recording.sample_rate,
            frames=recording.frames,
            width_s=dataset.plan.width_s,
            starts_s=starts,
            boxes=own,
        )
        tasks.append(AcousticTask(inputs))
    return tasks


def _boxes_by_recording(dataset: Dataset) -> list[np.ndarray] | None:
    """For each recording its annotations (b, 4): start_s, end_s, low_hz, high_hz; None without any."""
    labels = set(dataset.labels)  # an annotation of background is no signal
    marked = [annotation for annotation in dataset.annotations if annotation.label in labels]
    if not marked:
        return None
    edges = np.array([(a.start_s, a.end_s, a.low_hz, a.high_hz) for a in marked], dtype=np.float64)
    of = np.array([annotation.recording for annotation in marked])
    order = np.argsort(of, kind="stable")
    return np.split(edges[order], np.searchsorted(of[order], np.arange(1, len(dataset.recordings))))


def _within(boxes: np.ndarray, start_s: float, width_s: float) -> np.ndarray:
    """Return the boxes that touch a window, in seconds from its start."""
    touching = (boxes[:, 1] > start_s) & (boxes[:, 0] < start_s + width_s)
    return boxes[touching] - (start_s, start_s, 0, 0)
