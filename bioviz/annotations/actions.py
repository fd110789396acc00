"""Drawing an annotation, changing and removing it; when a function returns, it is on the disk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bioviz.annotations.log import ANNOTATION_LOGS
from bioviz.annotations.records import UserAnnotation, check_box
from bioviz.datasets.types import Dataset
from bioviz.errors import Missing
from bioviz.user_logs import check_id, check_label, check_user, new_id, now, one_line

Box = tuple[float, float, float | None, float | None]  # start_s, end_s, low_hz, high_hz


def annotate(
    dataset: Dataset,
    recording: int,
    start_s: float,
    end_s: float,
    label: str,
    *,
    user: str,
    low_hz: float | None = None,
    high_hz: float | None = None,
    note: str = "",
    id: str | None = None,
) -> UserAnnotation:
    """Keep a box that a user drew, with its label.

    Parameters
    ----------
    recording
        Index into the dataset's recordings.
    start_s, end_s, low_hz, high_hz
        Seconds from the recording's start, Hz; what reaches beyond the recording is cut off.
    label
        One of the dataset's, or a new one.
    user
        Who says so.
    id
        Names this act, so that one that is told twice counts once; made up if None.

    Raises
    ------
    Missing
        No such recording.
    BadInput
        A box, label or user that cannot be.
    DiskFull
        No room on the disk.

    """
    if not 0 <= recording < len(dataset.recordings):
        raise Missing(f"{dataset.name} has no recording {recording}.")
    heard = dataset.recordings[recording]
    start, end, low, high = check_box(heard, start_s, end_s, low_hz, high_hz)
    drawn = UserAnnotation(
        id=check_id(id or new_id()),
        recording=heard.content_hash,
        name=heard.name,
        start_s=start,
        end_s=end,
        low_hz=low,
        high_hz=high,
        label=check_label(dataset, label),
        note=one_line(note),
        user=check_user(user),
        time=now(),
    )
    with ANNOTATION_LOGS.writing(dataset.id, user) as log:
        if drawn.id not in log.read().ids:
            log.append(drawn.to_dict())
    return drawn


def change(
    dataset: Dataset,
    annotation: str,
    *,
    user: str,
    label: str,
    box: Box | None = None,
    note: str | None = None,
    id: str | None = None,
) -> UserAnnotation:
    """Give an annotation of one's own another label, box or note.

    Parameters
    ----------
    annotation
        Its id.
    box
        start_s, end_s, low_hz, high_hz; None leaves it where it is.

    Raises
    ------
    Missing
        The user has no such annotation (any more).
    BadInput, DiskFull
        As in `annotate`.

    """
    label = check_label(dataset, label)
    with ANNOTATION_LOGS.writing(dataset.id, user) as log:
        current = log.read()
        old = next((each for each in current.records if each.id == annotation), None)
        if old is None:
            raise Missing("This annotation is not yours, or is not there any more.")
        new = replace(
            old,
            id=check_id(id or new_id()),
            **_moved(dataset, old, box),
            label=label,
            note=old.note if note is None else one_line(note),
            user=check_user(user),
            time=now(),
        )
        if new.id not in current.ids:
            log.append({**new.to_dict(), "replaces": old.id})
    return new


def remove(dataset: Dataset, annotation: str, *, user: str, id: str | None = None) -> None:
    """Remove an annotation of one's own; the log still tells that it was there.

    Raises
    ------
    Missing
        The user has no such annotation (any more).
    DiskFull
        No room on the disk.

    """
    line = {
        "id": check_id(id or new_id()),
        "removes": annotation,
        "user": check_user(user),
        "time": now(),
    }
    with ANNOTATION_LOGS.writing(dataset.id, user) as log:
        current = log.read()
        if line["id"] in current.ids:
            return
        if all(each.id != annotation for each in current.records):
            raise Missing("This annotation is not yours, or is not there any more.")
        log.append(line)


def _moved(dataset: Dataset, old: UserAnnotation, box: Box | None) -> dict[str, Any]:
    """Return the fields of an annotation that has been given another box."""
    heard = next((r for r in dataset.recordings if r.content_hash == old.recording), None)
    if box is None or heard is None:
        return {}
    return dict(zip(("start_s", "end_s", "low_hz", "high_hz"), check_box(heard, *box), strict=True))
