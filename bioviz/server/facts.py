"""What the inspector says about a clip, as JSON-able values: facts of the dataset, and of a run over it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from bioviz.analysis.misclustered.placement import LISTS, PLACES
from bioviz.analysis.misclustered.words import TITLES
from bioviz.audio.box_sound import flank_hz
from bioviz.audio.measures.box import measure_box
from bioviz.audio.measures.columns import why_no_snr
from bioviz.audio.playback import default_slow
from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.errors import BadInput, Missing
from bioviz.server.clips import Clip, annotations_near, checked_id, clip_of, native_samples
from bioviz.server.memory.recently_used import RecentlyUsed
from bioviz.server.params import LONGEST_CONTEXT_S, BoxSpec

if TYPE_CHECKING:
    from bioviz.analysis.neighbors.knn import KnnGraph
    from bioviz.runs import Run

NEIGHBORS = 8
_MOST_BOXES = 2000
LEVELS = ("level_dbfs", "snr_db", "loudest_db", "prominence_db")


def clip_facts(clip: Clip) -> dict[str, object]:
    """Labels, place, time and annotation boxes of a clip."""
    recording, dataset = clip.recording, clip.dataset
    return {
        "dataset": dataset.id,
        "row": clip.row,
        "labels": dataset.labels_of(clip.row) or [BACKGROUND],
        "recording": recording.name,
        "start_s": clip.start_s,
        "end_s": clip.end_s,
        "recording_s": recording.duration_s,
        "rate": recording.sample_rate,
        "slow": default_slow(recording.sample_rate),
        **_when(recording.recorded_at, clip.start_s),
        "site": recording.site,
        "split": str(dataset.clips.split[clip.row]),
        "boxes": [
            [round(a.start_s, 4), round(a.end_s, 4), a.low_hz, a.high_hz, a.label]
            for a in annotations_near(clip, LONGEST_CONTEXT_S)[:_MOST_BOXES]
        ],
    }


def box_facts(clip: Clip, spec: BoxSpec) -> dict[str, object]:
    """Return what is measured of a box drawn on a clip, in the words and units of the clip's own facts.

    Raises
    ------
    BadInput
        Nothing of the clip, or none of its frequencies, lies in the box.

    """
    rate = clip.recording.sample_rate
    begin, end = clip.part(spec.context_s, spec.part)
    high = min(spec.high_hz or rate / 2, rate / 2)
    if spec.low_hz >= high:
        raise BadInput(f"This recording reaches up to {rate / 2:g} Hz; the box begins at {spec.low_hz:g} Hz.")
    first = clip.stretch(spec.context_s)[0] / rate
    box = (begin / rate, end / rate, spec.low_hz, high)
    others = [
        (a.start_s - first, a.end_s - first, *(np.nan if hz is None else hz for hz in (a.low_hz, a.high_hz)))
        for a in annotations_near(clip, spec.context_s)[:_MOST_BOXES]
    ]
    measured = measure_box(native_samples(clip, spec.context_s), rate, box, others)
    return {
        "start_s": first + box[0],
        "end_s": first + box[1],
        "low_hz": box[2],
        "high_hz": high,
        "snr_db": None if np.isnan(measured.snr_db) else round(measured.snr_db, 2),
        "snr_unknown": measured.unknown,
        "peak_hz": None if np.isnan(measured.peak_hz) else round(measured.peak_hz, 1),
        "flank_hz": flank_hz(spec.low_hz, high),
    }


def _levels(measured: dict[str, np.ndarray], row: int, boxed: bool) -> dict[str, object]:
    """Return what is known of `LEVELS`, and why not; no ratio is expected of a call without a box (`boxed`)."""
    levels: dict[str, object] = {
        name: round(float(of[row]), 2) for name, of in measured.items() if np.isfinite(of[row])
    }
    if "level_dbfs" in levels and "prominence_db" in measured:
        prominence = float(measured["prominence_db"][row])
        if "loudest_db" not in levels:
            levels["loudest_unknown"] = why_no_snr(prominence)
        if boxed and "snr_db" not in levels:
            levels["snr_unknown"] = why_no_snr(prominence, boxed)
    return levels


def _is_boxed(clip: Clip) -> bool:
    """Say whether a call is annotated within the clip."""
    return any(annotation.label in clip.dataset.labels for annotation in annotations_near(clip, 0.0))


def run_facts(run_key: str, row: int) -> dict[str, object]:
    """`clip_facts` with the clip's cluster, levels and nearest neighbors in a run.

    Raises
    ------
    Missing
        No such run, or the clip is not in it.

    """
    opened = open_run(checked_id(run_key, "run"))
    run, dataset = opened.run, opened.dataset
    clip, position = clip_of(dataset, row), run.position(row)
    return {
        **clip_facts(clip),
        **_cluster(run, position),
        **_levels(opened.levels, row, _is_boxed(clip)),
        "neighbors": _neighbors(run, run.graph, dataset, position),
        "neighbors_apart": _neighbors(run, run.knn_cross_unit, dataset, position),
    }


@dataclass(frozen=True)
class Opened:
    """A run with what is told of its clips; `levels` are columns over the dataset's clips, NaN for unknown."""

    run: Run
    dataset: Dataset
    levels: dict[str, np.ndarray]


_opened = RecentlyUsed(4)


def open_run(run_key: str) -> Opened:
    """Open a run once, as that of a key never changes; only its dataset and its levels may be others by now."""
    from bioviz import runs
    from bioviz.datasets import library
    from bioviz.embedding.acoustic import open_acoustic

    cached = _opened.get(run_key)
    if cached is not None and cached.levels and library.load(cached.dataset.id) is cached.dataset:
        return cached
    run = runs.open_run_by_key(run_key)
    if run is None:
        raise Missing("This run is not there any more. Compute it again.")
    dataset = library.load(run.spec.dataset)
    measured = open_acoustic(dataset) or {}
    levels = {name: measured[name] for name in LEVELS if name in measured}
    opened = Opened(run, dataset, levels)
    _opened.put(run_key, opened, 1)
    return opened


def _when(recorded_at: datetime | None, start_s: float) -> dict[str, object]:
    """Time of the clip's start, and its zone ("" where the recording does not tell it)."""
    if recorded_at is None:
        return {"time": None, "zone": ""}
    at = recorded_at + timedelta(seconds=start_s)
    return {"time": at.strftime("%Y-%m-%d %H:%M:%S"), "zone": at.tzname() or ""}


def _cluster(run: Run, position: int) -> dict[str, object]:
    """Cluster of a clip (-1 for none), the label it stands for, and the list of misclustered clips it puts it on."""
    cluster = int(run.clusters[position])
    stands_for = int(run.placement.stands_for[cluster]) if cluster >= 0 else -1
    placement = PLACES[run.placement.place[position]]
    return {
        "cluster": cluster,
        "cluster_label": run.target_names[stands_for] if stands_for >= 0 else None,
        "misclustered": TITLES[placement].lower() if placement in LISTS else None,
    }


def _neighbors(run: Run, graph: KnnGraph, dataset: Dataset, position: int) -> list[dict[str, object]]:
    recording = dataset.clips.recording
    own = recording[run.rows[position]]
    neighbors = []
    for at, distance in zip(graph.indices[position], graph.distances[position], strict=True):
        if at < 0 or at == position:
            continue
        row = int(run.rows[at])
        neighbors.append(
            {
                "row": row,
                "label": ", ".join(dataset.labels_of(row) or [BACKGROUND]),
                "recording": dataset.recordings[int(recording[row])].name,
                "distance": round(float(distance), 4),
                "same_recording": bool(recording[row] == own),
            }
        )
        if len(neighbors) == NEIGHBORS:
            break
    return neighbors
