"""From the ids in a URL to a clip of a registered dataset and its samples. Nothing else can be reached."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cachetools import LRUCache

from bioviz.config import settings
from bioviz.datasets.sound_files.sound_file import Sound
from bioviz.datasets.types import Annotation, Dataset, Recording
from bioviz.errors import BadInput, Missing
from bioviz.server.memory.recently_used import RecentlyUsed

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_LONGEST_S = 180.0  # a clip longer than this is shown and played up to here
_MOST_SAMPLES = 1 << 24  # so is one of more samples, whatever it lasts: 43 s at 384 kHz
_samples = RecentlyUsed(96 * 2**20)


def forget() -> None:
    """Forget the samples that are held in memory."""
    _samples.clear()


class Gone(Missing):
    """A registered recording is no longer on disk."""


@dataclass(frozen=True)
class Clip:
    """A clip found: row `row` of `dataset`, in `recording`."""

    dataset: Dataset
    row: int
    recording: Recording
    start_s: float
    end_s: float

    def stretch(self, context_s: float) -> tuple[int, int]:
        """First and past-the-last native sample of the clip with context, within the recording."""
        rate, frames = self.recording.sample_rate, self.recording.frames
        first = min(max(0, round((self.start_s - context_s) * rate)), max(frames - 1, 0))
        stop = min(
            frames,
            round((self.end_s + context_s) * rate),
            first + min(round(_LONGEST_S * rate), _MOST_SAMPLES),
        )
        return first, max(stop, first)

    def part(self, context_s: float, seconds: tuple[float, float] | None) -> tuple[int, int]:
        """First and past-the-last sample of a part (seconds in the recording) within `stretch(context_s)`.

        Counted from the stretch's first sample; the whole stretch for None.

        Raises
        ------
        BadInput
            Nothing of the stretch lies in it.

        """
        first, stop = self.stretch(context_s)
        if seconds is None:
            return 0, stop - first
        rate = self.recording.sample_rate
        begin, end = (min(max(round(at * rate), first), stop) - first for at in seconds)
        if begin >= end:
            raise BadInput(
                f"From {seconds[0]:g} to {seconds[1]:g} s there is nothing of this clip, which reaches from "
                f"{first / rate:g} to {stop / rate:g} s."
            )
        return begin, end


def checked_id(text: str, kind: str) -> str:
    """`text` if it may be an id (letters, digits, dot, dash, underscore).

    Raises
    ------
    Missing
        It may not.

    """
    if not _SAFE_ID.fullmatch(text):
        raise Missing(f"There is no such {kind}.")
    return text


def find_clip(dataset_id: str, row: int, version: str = "") -> Clip:
    """Return the clip in row `row` of a registered dataset, or of the draft of it that has this version.

    Raises
    ------
    Missing
        No such dataset or row.

    """
    from bioviz.datasets import library

    return clip_of(library.load_shown(checked_id(dataset_id, "dataset"), version), row)


def clip_of(dataset: Dataset, row: int) -> Clip:
    """Return the clip in row `row`.

    Raises
    ------
    Missing
        No such row.

    """
    clips = dataset.clips
    if not 0 <= row < len(clips):
        raise Missing(f"Dataset {dataset.name} has {len(clips)} clips; there is no clip {row}.")
    recording = dataset.recordings[int(clips.recording[row])]
    return Clip(dataset, row, recording, float(clips.start_s[row]), float(clips.end_s[row]))


def file_stamp(recording: Recording) -> tuple[int, int]:
    """Size and modification time (ns) of the recording's file.

    Raises
    ------
    Gone
        It is not there, or a link leads out of the data folders in its place.

    """
    path = Path(recording.path)
    try:
        stat = path.stat()
        if path.resolve() != path:  # it was, when it was added: a link stands in its way since then
            settings().check_inside(path)
    except BadInput as error:
        raise Gone(
            f"Where the recording {recording.name} lay there is a link to somewhere outside the data folders now, "
            "which is not followed. Put the file back, or add its dataset again."
        ) from error
    except OSError as error:
        raise Gone(
            f"The recording {recording.name} is no longer there. Put it back, or add its dataset again."
        ) from error
    return stat.st_size, stat.st_mtime_ns


def native_samples(clip: Clip, context_s: float) -> np.ndarray:
    """(T,) float32 mono samples of the clip with context at the recording's own rate, kept in memory a while.

    Raises
    ------
    Gone
        The recording is not there.
    BadInput
        It cannot be read, or is no longer what was registered.

    """
    from bioviz.audio.decode import load_clip

    recording = clip.recording
    stamp = file_stamp(recording)
    _check_unchanged(recording, stamp)
    first, stop = clip.stretch(context_s)
    key = (recording.sound, stamp, first, stop)
    samples = _samples.get(key)
    if samples is None:
        rate = recording.sample_rate
        try:
            samples = load_clip(recording.sound, first / rate, stop / rate, rate)
        except BadInput as error:  # the browser is shown the name within the dataset, not where it lies
            raise BadInput(str(error).replace(str(recording.path), recording.name)) from error
        samples.setflags(write=False)
        _samples.put(key, samples, samples.nbytes)
    return samples


_as_registered: LRUCache[tuple[Sound, str], tuple[int, int]] = LRUCache(100_000)
_as_registered_lock = threading.Lock()


def _check_unchanged(recording: Recording, stamp: tuple[int, int]) -> None:
    """Refuse a file that holds other bytes than the registered one; looked at once for each version of it."""
    from bioviz.datasets.sound_files.unchanged import is_unchanged

    key = (recording.sound, recording.content_hash)
    with _as_registered_lock:
        if _as_registered.get(key) == stamp:
            return
    try:
        unchanged = is_unchanged(recording)
    except (BadInput, OSError) as error:
        raise BadInput(f"The recording {recording.name} cannot be read. Check the file.") from error
    if not unchanged:
        raise BadInput(
            f"The recording {recording.name} has changed since its dataset was added, so this is not what the model "
            "heard. Bring the old file back, or add the dataset again."
        )
    with _as_registered_lock:
        _as_registered[key] = stamp


_boxes_lock = threading.Lock()
_boxes: tuple[Dataset, dict[int, list[Annotation]]] | None = None


def annotations_near(clip: Clip, context_s: float) -> list[Annotation]:
    """Return the annotations of the clip's recording that touch the clip or its context, in order of time."""
    global _boxes
    with _boxes_lock:
        if _boxes is None or _boxes[0] is not clip.dataset:
            by_recording: dict[int, list[Annotation]] = defaultdict(list)
            for annotation in clip.dataset.annotations:
                by_recording[annotation.recording].append(annotation)
            _boxes = (clip.dataset, dict(by_recording))
        of_recording = _boxes[1].get(int(clip.dataset.clips.recording[clip.row]), [])
    begin, end = clip.start_s - context_s, clip.end_s + context_s
    near = [a for a in of_recording if a.start_s < end and a.end_s > begin]
    return sorted(near, key=lambda a: a.start_s)
