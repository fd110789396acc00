"""From a folder to a dataset: read, open every recording, check, window, split."""

from __future__ import annotations

import gc
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from bioviz.datasets.clips import labelling
from bioviz.datasets.clips.budget import check_windows
from bioviz.datasets.clips.cutting import (
    boxes_of,
    clips_touched,
    whole_files,
    windows,
    without_doubtful,
    without_dropped,
)
from bioviz.datasets.clips.exported_clips import clips_again, same_places
from bioviz.datasets.clips.width import MIN_BACKGROUND_CLIPS, WIDTHS_S, background_share, suggest_plan
from bioviz.datasets.clips.windows import count_windows
from bioviz.datasets.files.unusable import unusable
from bioviz.datasets.formats.base import FileAccount, RawDataset
from bioviz.datasets.formats.choose import choose, read_by
from bioviz.datasets.independence import independence
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.sound_files.open_recordings import open_recordings, with_damage
from bioviz.datasets.splits import share_out
from bioviz.datasets.tables.facts import Facts, read_facts, with_facts
from bioviz.datasets.types import Annotation, Dataset, Problem, Recording, Task, WindowPlan
from bioviz.errors import BadInput, NotUnderstood
from bioviz.percent import percent
from bioviz.progress import Progress, Silent

LONGEST_CLIP_S = 10.0
ASK_MISSING = "Say what missing labels mean, such as --missing-labels empty=unknown."
ASK_COLUMNS = "Say which column is what and in which unit, such as --column time_unit=ms."
UNUSABLE_TIMES = frozenset(
    {"past_end", "bad_row"}
)  # kinds of problems of tables whose columns or units are others
ACCOUNTS_KEPT = 5000  # files named in the record of a dataset


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Pause Python's collector, which would go through all rows again and again as they are read; none is garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_collecting()
def build_dataset(
    root: Path | str,
    *,
    name: str | None = None,
    reader: str | None = None,
    options: Mapping[str, object] | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Read a folder as a dataset. What cannot be used becomes a Problem and never stops the rest.

    Parameters
    ----------
    root
        The folder.
    name
        What the user calls it; by default the source's own name, else the folder's.
    reader
        Name of one of READERS; by default the one that fits.
    options
        See `options.Options`.
    progress
        Told about the recordings opened.

    Raises
    ------
    BadInput
        No folder, an impossible option, nothing of that format, or no usable recording.
    Missing
        No reader of that name.
    Cancelled
        Through `progress`.

    """
    chosen_options = Options.of(options)
    root = Path(root).expanduser().resolve()
    if not root.is_dir():
        raise BadInput(f"{root} is not a folder.")
    left_out = unusable(root)
    if chosen_options.unannotated == "background" and (
        outside := [p for p in left_out if p.kind == "outside"]
    ):
        # What nobody read may tell of calls: no recording may count as background for want of them.
        raise BadInput(f"{outside[0].file}: {outside[0].detail} Take it out of the folder, or copy it there.")
    layout = choose(root, reader, chosen_options)
    raw = read_by(layout, root, chosen_options)
    recordings, opened = open_recordings(raw.recordings, progress or Silent(), chosen_options)
    facts, contradictions = read_facts(root, chosen_options)
    recordings = [with_facts(r, facts.get(r.name, Facts())) for r in recordings]
    problems = [*left_out, *with_damage(raw.problems, root), *opened, *contradictions]
    if not recordings:
        reasons = "; ".join(f"{p.file}: {p.detail}" for p in (opened or problems)[:3])
        raise BadInput(f"{root} holds no recording that can be used" + (f" ({reasons})." if reasons else "."))

    labelled = labelling.resolve(raw, recordings, chosen_options)
    problems += labelled.problems
    cut = _cut(raw, recordings, chosen_options)
    problems += cut
    wanted = chosen_options.task or ("detection" if cut else raw.task)
    task: Task = "detection" if wanted == "detection" else "classification"
    plan = _plan(raw, task, recordings, chosen_options)
    if task == "detection":
        check_windows(recordings, labelled.annotations, plan, len(labelled.labels))
    recordings, split_made, split_problems = _splits(recordings, labelled.of_recording, chosen_options)
    problems += split_problems
    if task == "detection" and raw.clips and not (chosen_options.width_s or chosen_options.hop_s):
        plan, clips = clips_again(raw.clips, recordings, labelled, plan)
        dropped, trouble = same_places(clips, labelled.dropped), []
    elif task == "detection":
        plan, width_problems = (
            (plan, []) if cut else _suited(raw, recordings, labelled.annotations, plan, chosen_options)
        )
        problems += width_problems
        check_windows(recordings, labelled.annotations, plan, len(labelled.labels))
        clips, trouble = windows(raw, recordings, labelled, plan)
        dropped = clips_touched(clips, labelled.dropped)
    else:
        clips, trouble = whole_files(recordings, labelled.of_recording, labelled.labels, plan)
        dropped = np.isin(clips.recording, sorted(labelled.dropped_recordings))
    clips, left_out = without_dropped(clips, recordings, dropped)
    trouble += left_out
    clips, left_out = without_doubtful(clips, recordings, labelled.unsure)
    trouble += left_out
    if not len(clips):
        reasons = "; ".join(f"{p.file}: {p.detail}" for p in (*problems, *trouble)[:3])
        sentence = f"{root} gives no clip of which is known what it holds ({reasons})."
        if labelled.missing:
            raise NotUnderstood(f"{sentence} {ASK_MISSING}", raw.accounts, labelled.missing)
        if {p.kind for p in problems} & UNUSABLE_TIMES:
            raise NotUnderstood(f"{sentence} {ASK_COLUMNS}", [_in_doubt(each) for each in raw.accounts])
        raise BadInput(sentence)
    title = name or raw.name or root.name
    return Dataset(
        id=dataset_id(title, root),
        name=title,
        task=task,
        sample_rate=chosen_options.sample_rate or raw.sample_rate or _common_rate(recordings),
        labels=labelled.labels,
        recordings=tuple(recordings),
        annotations=labelled.annotations if task == "detection" else (),
        plan=plan,
        clips=clips,
        source={
            "root": str(root),
            "reader": raw.reader or layout.name,
            "options": chosen_options.to_dict(),
            "files": [each.to_dict() for each in raw.accounts[:ACCOUNTS_KEPT]],
            "split_made": split_made,
            "missing_labels": dict(labelled.missing),
        },
        problems=tuple(problems + trouble),
    )


def _in_doubt(account: FileAccount) -> FileAccount:
    """Return a table that was read and of which nothing could be used as one that is asked about."""
    if account.role != "read":
        return account
    return replace(account, role="not understood", detail="its times do not fit its recordings")


def dataset_id(name: str, root: Path) -> str:
    """Slug of the name plus 8 hex digits of the folder's path, so that folders of one name differ."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "dataset"
    return f"{slug}-{hashlib.sha256(str(root).encode()).hexdigest()[:8]}"


def _cut(raw: RawDataset, recordings: Sequence[Recording], options: Options) -> list[Problem]:
    """Say where recordings with one label each are cut into clips, or most of their sound would be lost."""
    if raw.task != "classification" or options.task is not None or raw.width_s or raw.one_clip_each:
        return []
    longest = options.width_s or LONGEST_CLIP_S
    over = [r for r in recordings if r.duration_s >= 2 * longest]
    if not over:
        return []
    width = options.width_s or WIDTHS_S[0]
    detail = (
        f"{len(over)} of {len(recordings)} last {2 * longest:g} s or more, so that all are cut into clips of {width:g} "
        "s, each with the label of its recording. To use the beginning of each alone, choose one clip a file"
    )
    return [problem("cut", "all recordings", detail)]


def _plan(raw: RawDataset, task: str, recordings: Sequence[Recording], options: Options) -> WindowPlan:
    if task == "classification":
        longest = min(round(max(r.duration_s for r in recordings), 3), LONGEST_CLIP_S)
        width = options.width_s or raw.width_s or max(longest, 0.001)
        return WindowPlan(width, width, options.min_overlap)
    width = options.width_s or raw.width_s or WIDTHS_S[0]
    # The source's hop belongs to the source's width; with another width half of it is the usual choice.
    hop = options.hop_s or (raw.hop_s if raw.hop_s and not options.width_s else width / 2)
    return WindowPlan(width, hop, options.min_overlap)


def _suited(
    raw: RawDataset,
    recordings: Sequence[Recording],
    annotations: Sequence[Annotation],
    plan: WindowPlan,
    options: Options,
) -> tuple[WindowPlan, list[Problem]]:
    """Shorten a plan that nobody prescribed and that leaves hardly a clip without a call; and say so."""
    which, start, end = boxes_of(annotations)
    of_annotations = np.array([r.duration_s for r in recordings]), which, start, end
    if not len(annotations) or count_windows(of_annotations[0], plan).sum() < MIN_BACKGROUND_CLIPS:
        return plan, []
    shorter = suggest_plan(plan, *of_annotations, fixed_hop=options.hop_s is not None)
    share = background_share(plan, *of_annotations)
    clip = f"Of the clips of {plan.width_s:g} s, {percent(share)} hold no call."
    if shorter is None:
        return plan, [problem("no_background", "all recordings", clip)] if share == 0 else []
    better = f"{percent(background_share(shorter, *of_annotations))} at {shorter.width_s:g} s"
    if options.width_s or raw.width_s:
        detail = f"{clip} There would be {better}."
        return plan, [problem("no_background", "all recordings", detail)] if share == 0 else []
    detail = f"{clip} It is {better}, so that is the length. Setting a clip length yourself overrides this."
    return shorter, [problem("width", "all recordings", detail)]


def _common_rate(recordings: Sequence[Recording]) -> int:
    counts = Counter(r.sample_rate for r in recordings)
    return max(counts, key=lambda rate: (counts[rate], rate))


def _splits(
    recordings: list[Recording], labels: Sequence[frozenset[str]], options: Options
) -> tuple[list[Recording], bool, list[Problem]]:
    """Keep the source's splits; where it has none at all, make them by the unit of independence."""
    with_split = [r.name for r in recordings if r.split]
    if with_split:
        without = [problem("split", r.name, "it is in no split") for r in recordings if not r.split]
        return recordings, False, without
    groups = independence(recordings).groups
    shares = share_out(recordings, groups, labels, options.split_fractions, options.split_seed)
    return [replace(r, split=s) for r, s in zip(recordings, shares, strict=True)], True, []
