"""What is most like a clip, over all clips of a run, labelled or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from bioviz.analysis.neighbors.similar import ranked, ranked_to
from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.server.clips import checked_id, clip_of
from bioviz.server.facts import open_run
from bioviz.server.params import HIGHEST_HZ, choice, number, part

if TYPE_CHECKING:
    from bioviz.runs import Run

MOST = 1000
MAX_SOUND_BYTES = 25 * 2**20


@dataclass(frozen=True)
class SimilarSpec:
    """What is searched for and how.

    Attributes
    ----------
    count, first
        How many are wanted, from where on.
    apart
        Of other units of independence only.
    part
        Seconds of a drawn box, which the clip that holds it best stands for,
    alone
        or its own sound, embedded by the run's model,
    low_hz, high_hz
        within its band.

    """

    count: int = 100
    first: int = 0
    apart: bool = False
    part: tuple[float, float] | None = None
    alone: bool = False
    low_hz: float = 0.0
    high_hz: float | None = None


def similar_spec(query: Mapping[str, str]) -> SimilarSpec:
    """Read n, first, apart (0/1), from and to (s), low and high (Hz) of a drawn box, and by (clip, sound).

    Raises
    ------
    BadInput
        Values that cannot be used.

    """
    box = part(query)
    alone = choice(query, "by", ("clip", "sound")) == "sound"
    if alone and box is None:
        raise BadInput("To search by the sound of a box its times are needed: from and to, in seconds.")
    return SimilarSpec(
        count=int(number(query, "n", 100, 1, MOST)),
        first=int(number(query, "first", 0, 0, 1e9)),
        apart=choice(query, "apart", ("0", "1")) == "1",
        part=box,
        alone=alone,
        low_hz=number(query, "low", 0.0, 0.0, HIGHEST_HZ),
        high_hz=number(query, "high", None, 1.0, HIGHEST_HZ),
    )


def similar_clips(run_key: str, row: int, spec: SimilarSpec) -> dict[str, object]:
    """Return the clips most like one, the most alike first, with what was searched for and among how many.

    Raises
    ------
    Missing
        No such run, the clip is not in it, or the model's weights are not here.
    BadInput
        The model hears nothing of the box.

    """
    opened = open_run(checked_id(run_key, "run"))
    run, dataset = opened.run, opened.dataset
    clip_of(dataset, row)
    position = run.position(row)
    if spec.part is not None:
        position = holding(run, dataset, position, spec.part)
    groups = run.groups
    allowed = groups != groups[position] if spec.apart else None
    if spec.alone and spec.part is not None:
        rest = ~_touching(run, dataset, position, spec.part)
        order, cosine = ranked_to(
            run.embedding,
            _box_embedding(run, dataset, position, spec, spec.part),
            rest if allowed is None else rest & allowed,
        )
    else:
        order, cosine = ranked(run.embedding, position, allowed)
    query = {**_about(run, dataset, position), "asked": row, "alone": spec.alone}
    return _told(run, dataset, query, order, cosine, spec, position)


def similar_to_file(run_key: str, name: str, body: bytes, spec: SimilarSpec) -> dict[str, object]:
    """Return the clips most like the loudest window of a sound file that somebody brings; it is not kept.

    Raises
    ------
    Missing
        No such run, or the model's weights are not here.
    BadInput
        It is no audio that can be read.

    """
    from bioviz.embedding.one_sound import embed_sound, loudest_waveform
    from bioviz.embedding.pipeline import recipe_for

    opened = open_run(checked_id(run_key, "run"))
    run, dataset, chosen = opened.run, opened.dataset, opened.run.spec
    recipe = recipe_for(dataset, chosen.model, chosen.checkpoint, chosen.seed, "cpu")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sound"
        path.write_bytes(body)
        try:
            waveform, start_s = loudest_waveform(path, recipe)
        except BadInput as error:
            raise BadInput(
                f"{name or 'The file'} is no sound that can be read here. Bring WAV or FLAC."
            ) from error
    everything = np.ones(len(run.rows), dtype=bool)
    order, cosine = ranked_to(run.embedding, embed_sound(waveform, recipe), everything)
    query = {
        "row": -1, "asked": -1, "alone": True, "labels": [], "recording": name, "start_s": start_s,
        "end_s": start_s + recipe.width_s,
    }  # fmt: skip
    return _told(run, dataset, query, order, cosine, spec, None)


def _told(
    run: Run,
    dataset: Dataset,
    query: dict[str, object],
    order: np.ndarray,
    cosine: np.ndarray,
    spec: SimilarSpec,
    position: int | None,
) -> dict[str, object]:
    """Return the part of the ranking that is asked for; `position` is that of the clip searched for, if it is one."""
    groups, shown = run.groups, slice(spec.first, spec.first + spec.count)
    recording = dataset.clips.recording[run.rows]
    return {
        "query": query,
        "model": registry.card(run.spec.model).title,
        "unit": run.unit.noun,
        "clips": len(order),
        "units": len(np.unique(groups[order])),
        "similar": [
            {
                **_about(run, dataset, int(place)),
                "rank": spec.first + i + 1,
                "similarity": round(float(alike), 4),
                "unit": int(groups[place]),
                "same_unit": position is not None and bool(groups[place] == groups[position]),
                "same_recording": position is not None and bool(recording[place] == recording[position]),
            }
            for i, (place, alike) in enumerate(zip(order[shown], cosine[shown], strict=True))
        ],
    }


def _box_embedding(
    run: Run, dataset: Dataset, position: int, spec: SimilarSpec, seconds: tuple[float, float]
) -> np.ndarray:
    """(D,): what the run's model makes of the box's sound alone."""
    from bioviz.embedding.one_sound import box_waveform, embed_sound
    from bioviz.embedding.pipeline import recipe_for

    chosen = run.spec
    recipe = recipe_for(dataset, chosen.model, chosen.checkpoint, chosen.seed, "cpu")
    recording = dataset.recordings[int(dataset.clips.recording[run.rows[position]])]
    waveform = box_waveform(recording.sound, seconds, spec.low_hz, spec.high_hz, recipe)
    return embed_sound(waveform, recipe)


def _touching(run: Run, dataset: Dataset, position: int, seconds: tuple[float, float]) -> np.ndarray:
    """(n,) bool: the clips that some of the box lies in, which would find themselves."""
    clips, rows = dataset.clips, run.rows
    same = clips.recording[rows] == clips.recording[rows[position]]
    return same & (clips.start_s[rows] < seconds[1]) & (clips.end_s[rows] > seconds[0])


def holding(run: Run, dataset: Dataset, position: int, seconds: tuple[float, float]) -> int:
    """Return the position of the clip that holds a stretch of its recording best: most of it, and in its middle."""
    clips, rows = dataset.clips, run.rows
    same = np.flatnonzero(clips.recording[rows] == clips.recording[rows[position]])
    begin, end = clips.start_s[rows[same]], clips.end_s[rows[same]]
    inside = np.minimum(end, seconds[1]) - np.maximum(begin, seconds[0])
    off_middle = np.abs((begin + end) / 2 - sum(seconds) / 2)
    # Rounded, so that windows that all hold the whole box are told apart by its place in them.
    return int(same[np.lexsort((off_middle, -np.round(inside, 4)))[0]])


def _about(run: Run, dataset: Dataset, position: int) -> dict[str, object]:
    row = int(run.rows[position])
    return {
        "row": row,
        "labels": dataset.labels_of(row) or [BACKGROUND],
        "recording": dataset.recordings[int(dataset.clips.recording[row])].name,
        "start_s": float(dataset.clips.start_s[row]),
        "end_s": float(dataset.clips.end_s[row]),
    }
