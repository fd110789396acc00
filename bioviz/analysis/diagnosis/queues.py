"""Clips to listen to, worst first: calls that may have been missed, labels that may be wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bioviz.analysis.neighbors.knn import KnnGraph
from bioviz.analysis.neighbors.noise_confusion import NoiseConfusion
from bioviz.analysis.neighbors.surroundings import enough_neighbors, neighbors_of, surrounded_p
from bioviz.analysis.scores.template_scores import decoy_p
from bioviz.analysis.statistics.auc import auroc

FALSE_DISCOVERIES = 0.1
"""Share of the clips said to stand out that chance may have brought (Benjamini-Hochberg)."""
MAX_BEYOND = 200
"""Clips listed beyond those that stand out."""
MOSTLY = 0.9
"""Share of background that templates must be held against before it is ranked by them."""


@dataclass(frozen=True)
class Ranking:
    """What a queue of missed calls is ranked by: what tells the annotated calls from background better.

    Attributes
    ----------
    by
        "templates" or "embedding".
    templates, embedding
        AUROC of annotated calls against background, units held out; None where it cannot be told.

    """

    by: str
    templates: float | None
    embedding: float | None


@dataclass(frozen=True)
class Queue:
    """Clips to go through.

    Attributes
    ----------
    rows : (m,) int64
        Worst first; not all of a side where there are many.
    confusion : (m,) float64
        Of each.
    looks_like : (m,) int64
        The target most of whose clips surround it (0 background).
    beyond
        The first so many stand out, of which one in ten may be chance.
    p
        That chance brings any that stand out (Simes); None where it cannot be told.
    ranking
        Of missed calls.

    """

    rows: np.ndarray
    confusion: np.ndarray
    looks_like: np.ndarray
    beyond: int
    p: float | None
    ranking: Ranking | None = None


def queues(
    confusion: NoiseConfusion,
    graph: KnnGraph,
    x: np.ndarray,
    background: np.ndarray,
    units: np.ndarray,
    rival: np.ndarray,
    call_score: np.ndarray,
    touched: np.ndarray | None = None,
    seed: int = 0,
    by_templates: np.ndarray | None = None,
) -> tuple[Queue, Queue]:
    """(background clips that look labelled, labelled clips that look like background).

    Clips come first whose neighbors are of the other side more often than explained (`surroundings.surrounded_p`,
    Benjamini-Hochberg); then background by what it is ranked by, labelled clips by noise confusion. A recording may
    look like background as a whole, but not like a call as a whole: then it is the recording.

    Background is ranked by templates of the annotated calls where these tell annotated calls better than the embedding
    does. Then clips stand out too that sound like calls more than chance explains (`template_scores.decoy_p`; of the
    two p the smaller one counts, doubled).

    Parameters
    ----------
    graph
        Neighbors judged by, as many as there are.
    x : (n, d)
        Embedding, for more of them.
    background : (n,) bool
    units : (n,) ints
    rival : (n,)
        Target most common among the neighbors besides its own.
    call_score : (n,)
        As from `call_score.call_scores`.
    touched : (n,) bool
        Clips that an annotated call reaches into, too little to give them its label: nobody missed that
        call, so background of this kind is left out.
    by_templates : (n, 2)
        As from `template_scores.template_scores`.

    """
    background = np.asarray(background, bool)
    looks_like = np.where(background, rival, 0)
    unknown = background if touched is None else background & ~np.asarray(touched, bool)
    ranking = ranked_by(call_score, by_templates, background, unknown)
    like_a_call = np.where(np.isfinite(call_score), call_score, confusion.confusion)
    heard = None
    if by_templates is not None and ranking.by == "templates":
        heard = by_templates
        like_a_call = np.where(np.isfinite(heard[:, 0]), heard[:, 0], -np.inf)
    pair = []
    for side, other, by, whole, sounds in (
        (unknown, ~background, like_a_call, False, heard),
        (~background, background, confusion.confusion, True, None),
    ):
        rows = np.flatnonzero(side & np.isfinite(confusion.confusion))
        if not len(rows):
            pair.append(Queue(rows, np.empty(0), rows, 0, None, None if whole else ranking))
            continue
        p = _p(graph, x, rows, other, units, whole, seed)
        eligible = confusion.confused[rows]
        if sounds is not None:
            alike = decoy_p(sounds[rows])
            eligible = eligible | (alike < p)
            p = np.minimum(2 * np.minimum(p, alike), 1)
        stands_out = (_adjusted(p) <= FALSE_DISCOVERIES) & eligible
        if sounds is not None:
            stands_out &= ~_whole(stands_out, units[rows])
        order = np.lexsort((rows, -by[rows], ~stands_out))[: int(stands_out.sum()) + MAX_BEYOND]
        simes = float(np.min(np.sort(p) * len(p) / np.arange(1, len(p) + 1)))
        rows = rows[order]
        beyond = int(stands_out.sum())
        pair.append(
            Queue(
                rows, confusion.confusion[rows], looks_like[rows], beyond, simes, None if whole else ranking
            )
        )
    return pair[0], pair[1]


def ranked_by(
    call_score: np.ndarray, by_templates: np.ndarray | None, background: np.ndarray, unknown: np.ndarray
) -> Ranking:
    """Rank background by what tells annotated calls better; by templates only where nearly all of it is known.

    Parameters
    ----------
    call_score, by_templates, background : (n,), (n, 2) or None, (n,) bool
        As of `queues`.
    unknown : (n,) bool
        Background that may hold calls.
    """
    labelled, known = ~background, np.isfinite(call_score)
    if by_templates is None:
        return Ranking("embedding", None, None)
    heard = by_templates[:, 0]
    both = (labelled | unknown) & known & np.isfinite(heard)
    templates, embedding = (auroc(each[both], labelled[both]).value for each in (heard, call_score))
    enough = not unknown.any() or np.isfinite(heard[unknown]).mean() >= MOSTLY
    better = templates is not None and embedding is not None and templates > max(embedding, 0.5)
    return Ranking("templates" if enough and better else "embedding", templates, embedding)


def _whole(stands_out: np.ndarray, units: np.ndarray) -> np.ndarray:
    """(m,) bool: of a unit most of whose clips stand out, and so no single one."""
    code = np.unique(units, return_inverse=True)[1]
    share = np.bincount(code, stands_out) / np.bincount(code)
    return (share > 0.5)[code]


def _p(
    graph: KnnGraph,
    x: np.ndarray,
    rows: np.ndarray,
    other: np.ndarray,
    units: np.ndarray,
    whole: bool,
    seed: int,
) -> np.ndarray:
    k = enough_neighbors(float(other.mean()))
    indices = neighbors_of(x, graph, rows, units, k, graph.metric)
    return surrounded_p(indices, rows, other, units, whole, seed)


def _adjusted(p: np.ndarray) -> np.ndarray:
    from scipy.stats import false_discovery_control

    return false_discovery_control(p)
