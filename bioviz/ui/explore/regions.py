"""Where calls lie among background on the map of Explore, and the reverse: which clips, and what the diagnosis says.

Nothing is outlined where the clusters do not tell labelled clips from background better than chance (`Run.chance`), and
a cause is named only where the diagnosis that is computed already gives it to most of the region's clips.
"""

from __future__ import annotations

import numpy as np

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.triage import UNEXPLAINED
from bioviz.analysis.misclustered.placement import AMONG_BACKGROUND, AMONG_LABELLED
from bioviz.analysis.misclustered.words import MIN_CLIPS
from bioviz.runs import Run
from bioviz.ui.components.embedding_map.embedding_map import MapRegion

MOST = 6
"""Regions; more would cover the map."""
NEARLY_ALL = 0.8
"""Share of a region's clips from which on they are called by their label."""


def regions_of(run: Run, diagnosis: Diagnosis | None) -> list[MapRegion]:
    """Return the clusters of background with labelled clips among them, and the reverse, most clips first.

    Parameters
    ----------
    diagnosis
        Of the run, None where it is not computed.

    """
    side = run.chance.wrong_side
    if side is None or side.against != "fewer":
        return []
    calls = [_region(run, diagnosis, group) for group in _groups(run, AMONG_BACKGROUND)]
    quiet = [_background_region(run, group) for group in _groups(run, AMONG_LABELLED)]
    return [*calls, *quiet][:MOST]


def _groups(run: Run, place: str) -> list[np.ndarray]:
    """Return the positions of the clips in one wrong place, cluster by cluster, the largest first."""
    listed = run.misclustered_list(place)
    of_cluster = run.clusters[listed]
    groups = [listed[of_cluster == cluster] for cluster in np.unique(of_cluster)]
    return sorted((group for group in groups if len(group) >= MIN_CLIPS), key=len, reverse=True)


def _background_region(run: Run, positions: np.ndarray) -> MapRegion:
    """Return background clips in a cluster of calls, with the label that most of its clips carry."""
    own = run.targets[run.clusters == run.clusters[positions[0]]]
    label = run.target_names[1 + int(np.argmax(np.bincount(own, minlength=len(run.target_names))[1:]))]
    title = f"{len(positions):,} background among labelled clips"
    return MapRegion(
        run.rows[positions], title, (f"In a cluster where {label} is the commonest label",), True
    )


def _region(run: Run, diagnosis: Diagnosis | None, positions: np.ndarray) -> MapRegion:
    counts = np.bincount(run.targets[positions], minlength=len(run.target_names))
    order = [int(target) for target in np.argsort(-counts, kind="stable") if counts[target]]
    most, total = order[0], len(positions)
    lines = []
    if counts[most] == total:
        title = f"{total:,} {run.target_names[most]} among background"
    elif counts[most] >= NEARLY_ALL * total:
        title = f"{total:,} among background, {counts[most]:,} of them {run.target_names[most]}"
    else:
        title = f"{total:,} labelled clips among background"
        parts = [f"{run.target_names[target]} {counts[target]:,}" for target in order[:3]]
        lines.append(", ".join(parts) + (" and others" if len(order) > 3 else ""))
    if (cause := _likeliest_cause(diagnosis, positions)) is not None:
        lines.append(cause)
    return MapRegion(run.rows[positions], title, tuple(lines))


def _likeliest_cause(diagnosis: Diagnosis | None, positions: np.ndarray) -> str | None:
    """Return the cause that the diagnosis gives to most of these clips, None where there is none."""
    if diagnosis is None:
        return None
    is_explained = np.array([name != UNEXPLAINED for name in diagnosis.triage.causes], dtype=bool)
    counts = diagnosis.triage.applies[positions].sum(axis=0) * is_explained
    if not len(counts) or 2 * counts.max() <= len(positions):
        return None
    cause = int(counts.argmax())
    return f"Likeliest cause of {counts[cause]:,} of them: {diagnosis.triage.all_titles[cause]}"
