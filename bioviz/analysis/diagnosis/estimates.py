"""Which figures of a diagnosis are estimates, as there are so many clips or units: in short sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bioviz.analysis.diagnosis.shortcuts import shortcuts
from bioviz.analysis.diagnosis.shortcuts.coarser_units import MAX_QUERIES
from bioviz.analysis.diagnosis.shortcuts.confounds import Confound
from bioviz.analysis.diagnosis.verdict.clause import listed
from bioviz.analysis.neighbors import jackknife, surroundings
from bioviz.analysis.projection import trustworthiness
from bioviz.analysis.scores import call_score, matched_filter, silhouette
from bioviz.analysis.statistics import max_t, shared_attribute
from bioviz.analysis.unit_words import UnitWords


@dataclass(frozen=True)
class Sizes:
    """How much there is of what a diagnosis draws from.

    Attributes
    ----------
    clips, units
        Clips with an embedding, and their units of independence.
    background
        Background clips that the matched filter may learn from, at most; 0 where there is no such filter.
    unit
        Noun of a unit.
    has_projection, has_coarser
        Whether there is a map, and a coarser unit than the one in use.
    graph_k
        Neighbors that are kept of each clip.
    sides : sequence of (int, float)
        Clips of which it is asked whether they stand out, and the share of all clips that is of the other side.
    """

    clips: int
    units: int
    background: int
    unit: str
    has_projection: bool
    has_coarser: bool
    graph_k: int
    sides: Sequence[tuple[int, float]] = ()


def estimates(sizes: Sizes, confounds: Sequence[Confound] = ()) -> tuple[str, ...]:
    """Say what is estimated; nothing of figures that are not."""
    sentences = [*_of_clips(sizes), *_of_shuffles(sizes, confounds), *_of_units(sizes)]
    return (" ".join(sentences),) if sentences else ()


def _of_clips(sizes: Sizes) -> list[str]:
    drawn = [
        (sizes.clips > silhouette.EXACT_UP_TO, "silhouettes", silhouette.SAMPLE),
        (
            sizes.has_projection and sizes.clips > trustworthiness.SAMPLE,
            "trustworthiness",
            trustworthiness.SAMPLE,
        ),
        (sizes.has_coarser and sizes.clips > MAX_QUERIES, "comparisons with coarser units", MAX_QUERIES),
        (
            sizes.background > matched_filter.MAX_BACKGROUND,
            "what background is like, for the matched filter",
            matched_filter.MAX_BACKGROUND,
        ),
    ]
    named = [f"{name} ({count:,})" for is_drawn, name, count in drawn if is_drawn]
    said = (
        [f"Estimated from some of the {sizes.clips:,} clips, drawn by lot: {listed(named)}."] if named else []
    )
    if sizes.clips > call_score.MANY:
        said.append(f"Background is ranked by one way of making folds instead of {call_score.REPEATS}.")
    for rows, share in sizes.sides:
        wanted = surroundings.enough_neighbors(share)
        if wanted > sizes.graph_k and not surroundings.may_search(rows, sizes.clips):
            said.append(f"Clips that stand out are told by {sizes.graph_k} neighbors instead of {wanted}.")
    return said


def _of_shuffles(sizes: Sizes, confounds: Sequence[Confound]) -> list[str]:
    fewer = [
        (f"{each.name} among neighbors", each.shuffles)
        for each in confounds
        if each.p is not None and each.shuffles < shared_attribute.PERMUTATIONS
    ]
    deals = min((surroundings.deals(rows) for rows, _ in sizes.sides if rows), default=surroundings.MAX_DEALS)
    if deals < surroundings.MAX_DEALS:
        fewer.append(("clips that stand out", deals))
    if not fewer:
        return []
    return [f"Chance is told from fewer shuffles: {listed([f'{name} ({count})' for name, count in fewer])}."]


def _of_units(sizes: Sizes) -> list[str]:
    units = UnitWords(sizes.unit).several
    said = []
    if sizes.units > jackknife.MAX_PARTS:
        said.append(f"Intervals and p of the {sizes.units:,} {units} leave out several {units} at a time.")
    if sizes.units > shortcuts.MAX_UNITS:
        said.append(f"P of shortcuts are of {shortcuts.MAX_UNITS:,} {units}, drawn by lot.")
    if sizes.units > max_t.MAX_UNITS:
        said.append(f"P of acoustic causes take several {units} as one.")
    return said
