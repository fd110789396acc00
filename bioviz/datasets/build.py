"""From a folder to a dataset: read, open every recording, check, window, split."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bioviz.datasets.clips import labelling
from bioviz.datasets.clips.exported_clips import clips_again, same_places
from bioviz.datasets.clips.width import MIN_BACKGROUND_CLIPS, WIDTHS_S, background_share, suggest_plan
from bioviz.datasets.clips.windows import count_windows, label_windows, touched_by, window_starts
from bioviz.datasets.formats.base import RawDataset
from bioviz.datasets.formats.choose import choose, read_by
from bioviz.datasets.independence import independence
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.sound_files.open_recordings import open_recordings
from bioviz.datasets.splits import share_out
from bioviz.datasets.tables.facts import Facts, read_facts, with_facts
from bioviz.datasets.types import Annotation, Clips, Dataset, Problem, Recording, Task, WindowPlan
from bioviz.errors import BadInput, NotUnderstood
from bioviz.percent import percent
from bioviz.progress import Progress, Silent

LONGEST_CLIP_S = 10.0
ASK_MISSING = "Say what missing labels mean, such as --missing-labels empty=unknown."
ACCOUNTS_KEPT = 5000  # files named in the record of a dataset


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
    layout = choose(root, reader, chosen_options)
    raw = read_by(layout, root, chosen_options)
    recordings, opened = open_recordings(raw.recordings, progress or Silent(), chosen_options)
    facts, contradictions = read_facts(root, chosen_options)
    recordings = [with_facts(r, facts.get(r.name, Facts())) for r in recordings]
    problems = [*raw.problems, *opened, *contradictions]
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
        clips, trouble = _windows(raw, recordings, labelled, plan)
        dropped = _touched(clips, labelled.dropped)
    else:
        clips, trouble = _whole_files(recordings, labelled.of_recording, labelled.labels, plan)
        dropped = np.isin(clips.recording, sorted(labelled.dropped_recordings))
    clips, left_out = _without_dropped(clips, recordings, dropped)
    trouble += left_out
    clips, left_out = _without_doubtful(clips, recordings, labelled.unsure)
    trouble += left_out
    if not len(clips):
        reasons = "; ".join(f"{p.file}: {p.detail}" for p in (*problems, *trouble)[:3])
        sentence = f"{root} gives no clip of which is known what it holds ({reasons})."
        if labelled.missing:
            raise NotUnderstood(f"{sentence} {ASK_MISSING}", raw.accounts, labelled.missing)
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
    which, start, end = _boxes(annotations)
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


def _boxes(annotations: Sequence[Annotation]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (A,) recording, start and end in seconds of each annotation."""
    return (
        np.array([a.recording for a in annotations], dtype=np.int64),
        np.array([a.start_s for a in annotations], dtype=np.float64),
        np.array([a.end_s for a in annotations], dtype=np.float64),
    )


def _touched(clips: Clips, boxes: Sequence[Annotation]) -> np.ndarray:
    """(N,) bool: the clips into which one of the boxes reaches."""
    return touched_by(clips.recording, clips.start_s, clips.end_s, *_boxes(boxes))


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


def _windows(
    raw: RawDataset,
    recordings: Sequence[Recording],
    labelled: labelling.Labelled,
    plan: WindowPlan,
) -> tuple[Clips, list[Problem]]:
    declared = {r.name: r.length_s for r in raw.recordings}
    lengths, problems = [], []
    for r in recordings:
        length = declared.get(r.name)
        length = None if length is None else length / r.expansion
        # A declared length decides the number of windows, so that rounding cannot take one off (BEANS).
        lengths.append(length if length is not None and abs(length - r.duration_s) <= 0.1 else r.duration_s)
        if length is not None and abs(length - r.duration_s) > 0.1:
            detail = f"it lasts {r.duration_s:.2f} s, the dataset says {length:.2f} s; the file counts"
            problems.append(problem("length", r.name, detail))
    count = count_windows(np.array(lengths), plan, raw.pad_short)
    for r, n, length in zip(recordings, count, lengths, strict=True):
        if length + 1e-9 < plan.width_s:
            fate = "padded with silence" if n else "left out"
            problems.append(
                problem("too_short", r.name, f"{length:.2f} s, a clip is {plan.width_s:g} s: {fate}")
            )
    recording, start = window_starts(count, plan.hop_s)
    column = {label: i for i, label in enumerate(labelled.labels)}
    on = label_windows(
        count,
        plan,
        *_boxes(labelled.annotations),
        np.array([column[a.label] for a in labelled.annotations], dtype=np.int64),
        len(labelled.labels),
    )
    clips = _clips(recordings, recording, start, start + plan.width_s, on)
    # A clip into which something unknown reaches is no background, however little of it.
    touched = _touched(clips, labelled.unknown)
    return _kept(clips, on.any(axis=1) | ~touched), problems


def _whole_files(
    recordings: Sequence[Recording],
    of_recording: Sequence[frozenset[str]],
    labels: tuple[str, ...],
    plan: WindowPlan,
) -> tuple[Clips, list[Problem]]:
    n = len(recordings)
    column = {label: i for i, label in enumerate(labels)}
    on = np.zeros((n, len(labels)), dtype=bool)
    for row, names in enumerate(of_recording):
        on[row, [column[label] for label in names]] = True
    start = np.zeros(n)
    problems = [
        problem("truncated", r.name, f"{r.duration_s:.2f} s, of which the first {plan.width_s:g} s are used")
        for r in recordings
        if r.duration_s > plan.width_s + 0.001
    ]
    return _clips(recordings, np.arange(n, dtype=np.int32), start, start + plan.width_s, on), problems


def _without_doubtful(
    clips: Clips, recordings: Sequence[Recording], unsure: frozenset[int]
) -> tuple[Clips, list[Problem]]:
    """Without the clips that have no label in recordings of which something could not be used."""
    doubtful = np.isin(clips.recording, sorted(unsure)) & ~clips.labels.any(axis=1)
    count = Counter(clips.recording[doubtful].tolist())
    problems = [
        problem(
            "unsure",
            recordings[i].name,
            f"{n} clips without a label are left out: something that may lie in them could not be read",
        )
        for i, n in sorted(count.items())
    ]
    return _kept(clips, ~doubtful), problems


def _without_dropped(
    clips: Clips, recordings: Sequence[Recording], dropped: np.ndarray
) -> tuple[Clips, list[Problem]]:
    """Without the (N,) bool clips that the user leaves out, whatever else is in them."""
    count = Counter(clips.recording[dropped].tolist())
    return _kept(clips, ~dropped), [
        problem("dropped", recordings[i].name, f"{n} {'clip' if n == 1 else 'clips'} left out")
        for i, n in sorted(count.items())
    ]


def _kept(clips: Clips, keep: np.ndarray) -> Clips:
    if keep.all():
        return clips
    return Clips(
        clips.recording[keep], clips.start_s[keep], clips.end_s[keep], clips.labels[keep], clips.split[keep]
    )


def _clips(
    recordings: Sequence[Recording], recording: np.ndarray, start: np.ndarray, end: np.ndarray, on: np.ndarray
) -> Clips:
    split = np.array([r.split for r in recordings], dtype="U5")
    return Clips(recording, start, end, on, split[recording])
