"""What is most like a clip, over all clips of a run, labelled or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bioviz.analysis.neighbors.similar import ranked
from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.models import registry
from bioviz.server.clips import checked_id, clip_of
from bioviz.server.facts import open_run
from bioviz.server.params import choice, number, part

if TYPE_CHECKING:
    from bioviz.runs import Run

MOST = 1000


@dataclass(frozen=True)
class SimilarSpec:
    """How many are wanted, from where on, whether of other units of independence only, and for which box."""

    count: int = 100
    first: int = 0
    apart: bool = False
    part: tuple[float, float] | None = None


def similar_spec(query: Mapping[str, str]) -> SimilarSpec:
    """Read n, first, apart (0/1), from and to (s, of a drawn box).

    Raises
    ------
    BadInput
        Values that cannot be used.

    """
    return SimilarSpec(
        count=int(number(query, "n", 100, 1, MOST)),
        first=int(number(query, "first", 0, 0, 1e9)),
        apart=choice(query, "apart", ("0", "1")) == "1",
        part=part(query),
    )


def similar_clips(run_key: str, row: int, spec: SimilarSpec) -> dict[str, object]:
    """Return the clips most like one, the most alike first, with what was searched for and among how many.

    Raises
    ------
    Missing
        No such run, or the clip is not in it.

    """
    opened = open_run(checked_id(run_key, "run"))
    run, dataset = opened.run, opened.dataset
    clip_of(dataset, row)
    position = run.position(row)
    if spec.part is not None:
        position = holding(run, dataset, position, spec.part)
    groups = run.groups
    order, cosine = ranked(run.embedding, position, groups != groups[position] if spec.apart else None)
    shown = slice(spec.first, spec.first + spec.count)
    return {
        "query": {**_about(run, dataset, position), "asked": row},
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
                "same_unit": bool(groups[place] == groups[position]),
                "same_recording": bool(
                    dataset.clips.recording[run.rows[place]] == dataset.clips.recording[run.rows[position]]
                ),
            }
            for i, (place, alike) in enumerate(zip(order[shown], cosine[shown], strict=True))
        ],
    }


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
