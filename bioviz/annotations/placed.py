"""The current annotations of a dataset: all users' logs, by the recordings that are there now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock

from cachetools import LRUCache, cached

from bioviz.annotations.log import ANNOTATION_LOGS
from bioviz.annotations.records import UserAnnotation
from bioviz.datasets.types import Annotation, Dataset
from bioviz.user_logs import Places

USER, NOTE, TIME = "Annotated by", "Note", "Annotated at"  # columns of exported tables


@dataclass(frozen=True, eq=False)
class Annotations:
    """The current annotations.

    Attributes
    ----------
    by_recording
        Of each recording (index into the dataset's) what was drawn on it, in order of time.
    unplaced
        Of recordings that the dataset does not have (any more). They stay in the logs.
    damaged
        Lines of the logs that could not be read.

    """

    by_recording: Mapping[int, tuple[UserAnnotation, ...]]
    unplaced: tuple[UserAnnotation, ...] = ()
    damaged: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.by_recording.values()))

    def near(self, recording: int, start_s: float, end_s: float) -> list[UserAnnotation]:
        """Return those of a recording that reach into a stretch of it."""
        return [a for a in self.by_recording.get(recording, ()) if a.start_s < end_s and a.end_s > start_s]

    @cached_property
    def boxes(self) -> tuple[Annotation, ...]:
        """All as a dataset has annotations; who drew them, when, and the note are extras."""
        return tuple(
            Annotation(
                recording, a.start_s, a.end_s, a.label, a.low_hz, a.high_hz,
                {USER: a.user, TIME: a.time[:19], **({NOTE: a.note} if a.note else {})},
            )
            for recording, drawn in self.by_recording.items()
            for a in drawn
        )  # fmt: skip

    @property
    def labels(self) -> list[str]:
        """The labels that they name, sorted."""
        return sorted({a.label for drawn in self.by_recording.values() for a in drawn})

    @property
    def users(self) -> tuple[str, ...]:
        """Whose they are, by name."""
        return tuple(sorted({a.user for drawn in self.by_recording.values() for a in drawn}))


def load_annotations(dataset: Dataset, user: str | None = None) -> Annotations:
    """Return the annotations of a dataset as they are now on the disk.

    Parameters
    ----------
    user
        Only this user's; None for everybody's.

    Raises
    ------
    BadInput
        A name that no user can have.

    """
    return _placed(dataset, user, ANNOTATION_LOGS.state(dataset.id))


@cached(
    LRUCache(8), key=lambda dataset, user, state: (dataset.id, dataset.version, user, state), lock=RLock()
)
def _placed(dataset: Dataset, user: str | None, state: str) -> Annotations:
    """Place what stands in the logs in a `state` of theirs."""
    places = Places()
    for index, recording in enumerate(dataset.recordings):
        places.add(recording.name, recording.content_hash, index)
    placed: dict[int, list[UserAnnotation]] = {}
    unplaced: list[UserAnnotation] = []
    logs = ANNOTATION_LOGS.read(dataset.id, user)
    for each in (annotation for of_user in logs for annotation in of_user.records):
        index = places.find(each.name, each.recording)
        if index < 0:
            unplaced.append(each)
        else:
            placed.setdefault(index, []).append(each)
    by_recording = {
        index: tuple(sorted(placed[index], key=lambda a: (a.start_s, a.end_s, a.time, a.user, a.id)))
        for index in sorted(placed)
    }
    return Annotations(by_recording, tuple(unplaced), sum(of_user.damaged for of_user in logs))
