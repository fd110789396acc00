"""Flagging a clip, and taking it back."""

from __future__ import annotations

from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput, Missing
from bioviz.flags.log import FLAG_LOGS
from bioviz.flags.merged import place
from bioviz.flags.records import KINDS, LABELLED, Flag
from bioviz.user_logs import check_id, check_label, check_user, new_id, now, one_line


def flag(
    dataset: Dataset,
    row: int,
    kind: str,
    *,
    user: str,
    label: str = "",
    wrong: str = "",
    note: str = "",
    id: str | None = None,
) -> Flag:
    """Flag a clip; when this returns, the flag is on the disk. A user's later flag of a clip replaces the earlier.

    Parameters
    ----------
    row
        Of the clip in the dataset.
    kind
        One of KINDS.
    user
        Who flags.
    label
        wrong_label: the right label, or "" if it has none;
    missed
        The label of the call, needed.
    wrong
        wrong_label: which of the clip's labels is wrong, "" for all of them.
    note
        Free text.
    id
        Names this act, so that one that is told twice counts once; made up if None.

    Raises
    ------
    Missing
        No such clip.
    BadInput
        a kind, label or user that cannot be.
    DiskFull
        No room on the disk.

    """
    _check_row(dataset, row)
    if kind not in KINDS:
        raise BadInput(f"A flag is one of {', '.join(KINDS)}, not {kind!r}.")
    if kind == "missed" and not label.strip():
        raise BadInput("Give the label of the call that was missed.")
    label = check_label(dataset, label) if kind in LABELLED and label.strip() else ""
    wrong = wrong if kind == "wrong_label" else ""
    if wrong and wrong not in dataset.labels:
        raise BadInput(f"{dataset.name} has no label {wrong!r}.")
    recording = dataset.recordings[int(dataset.clips.recording[row])]
    new_flag = Flag(
        id=check_id(id or new_id()),
        recording=recording.content_hash,
        name=recording.name,
        start_s=float(dataset.clips.start_s[row]),
        end_s=float(dataset.clips.end_s[row]),
        row=int(row),
        kind=kind,
        label=label,
        wrong=wrong,
        note=one_line(note),
        user=check_user(user),
        time=now(),
    )
    with FLAG_LOGS.writing(dataset.id, user) as log:
        if id is None or id not in log.read().ids:
            log.append(new_flag.to_dict())
    return new_flag


def undo(dataset: Dataset, row: int, *, user: str, id: str | None = None) -> Flag | None:
    """Take back this user's last flag of a clip, so that the one before it counts again.

    Parameters
    ----------
    id
        Names this act, see `flag`.

    Returns
    -------
    The flag that was taken back; None if there was none.

    Raises
    ------
    Missing
    BadInput
    DiskFull
        As in `flag`.

    """
    _check_row(dataset, row)
    with FLAG_LOGS.writing(dataset.id, user) as log:
        current = log.read()
        if id is not None and check_id(id) in current.ids:
            return None
        of_clip = [
            f for f, at in zip(current.records, place(dataset, current.records), strict=True) if at == row
        ]
        if not of_clip:
            return None
        line = {
            "id": id or new_id(),
            "undoes": of_clip[-1].id,
            "user": check_user(user),
            "time": now(),
        }
        log.append(line)
        return of_clip[-1]


def _check_row(dataset: Dataset, row: int) -> None:
    if not 0 <= row < len(dataset.clips):
        raise Missing(f"{dataset.name} has {len(dataset.clips)} clips; there is no clip {row}.")
