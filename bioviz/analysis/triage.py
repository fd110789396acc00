"""The likeliest cause of each confused clip, with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.codes import codes, with_background
from bioviz.analysis.confusion import NoiseConfusion
from bioviz.analysis.features import feature
from bioviz.analysis.neighbours import KnnGraph
from bioviz.analysis.votes import neighbour_count, neighbour_sums, shared_label_share

CAUSES = ("out_of_band", "empty", "cut", "masked", "shortcut", "alone", "label", "unexplained")
TITLES: Mapping[str, str] = {
    "out_of_band": "call outside the model's band",
    "empty": "hardly any call in the window",
    "cut": "call cut by the window's edge",
    "masked": "call masked by noise",
    "shortcut": "recorder shortcut",
    "alone": "label of one recording only",
    "label": "wrong or missing label",
    "unexplained": "unexplained",
}


@dataclass(frozen=True)
class Rules:
    """From where on a cause counts; the causes are tried in the order of CAUSES.

    Attributes:
        out_of_band: share of the annotated area above the model's Nyquist frequency.
        empty_share: share of the window with a call, below it the window is empty. silent_dbfs: level likewise.
        inside: share of the call within the window, below it the call is cut; but not where calls fill at least
            `filled` of the window, as within a long song.
        snr_db: below it the call is masked.
        shortcut: share of neighbours of the same site (or recording) that share no label; and more than twice chance.
        rival: share of neighbours of one other target, which the held-out probe must name too.
    """

    out_of_band: float = 0.5
    empty_share: float = 0.05
    silent_dbfs: float = -90.0
    inside: float = 0.5
    filled: float = 0.5
    snr_db: float = 3.0
    shortcut: float = 0.5
    rival: float = 0.5


@dataclass(frozen=True)
class Triage:
    """The cause of each confused clip.

    Attributes:
        cause: (n,) int8 index into CAUSES, -1 for clips that are not confused.
        rival: (n,) int64, the other target most common among the neighbours (-1 without neighbours).
        rival_share: (n,) float64, its share.
        shortcut_share: (n,) float64, share of neighbours from the same place that share no label.
        shortcut_place: "site" or "recording".
        counts: (len(CAUSES), 2) int64, clips of each cause: labelled, background.
        columns: the acoustic columns it rests on.
    """

    cause: np.ndarray
    rival: np.ndarray
    rival_share: np.ndarray
    shortcut_share: np.ndarray
    shortcut_place: str
    counts: np.ndarray
    columns: dict[str, np.ndarray]

    def evidence(self, row: int, names: tuple[str, ...]) -> str:
        """Why clip `row` has its cause, in a sentence with figures; "" for a clip that is not confused."""
        if self.cause[row] < 0:
            return ""
        value = {name: column[row] for name, column in self.columns.items()}
        rival, share = names[self.rival[row]], f"{100 * self.rival_share[row]:.0f} %"

        def say(name: str) -> str:
            return feature(name).text(value[name])

        match CAUSES[self.cause[row]]:
            case "out_of_band":
                return f"{say('above_nyquist')} of the call is above what the model hears."
            case "empty":
                if value.get("call_share", np.nan) > 0:
                    return f"A call fills only {say('call_share')} of the window."
                return (
                    f"The level is only {say('level_dbfs')}."
                    if "level_dbfs" in value
                    else "No call is in it."
                )
            case "cut":
                return f"At most {say('call_inside')} of any call is within the window."
            case "masked":
                return f"The signal-to-noise ratio is {say('snr_db')}."
            case "shortcut":
                part = f"{100 * self.shortcut_share[row]:.0f} %"
                return f"{part} of its neighbours are from the same {self.shortcut_place} but share no label."
            case "alone":
                return f"No clip elsewhere can share its label; {share} of its neighbours there are {rival}."
            case "label":
                return f"{share} of its neighbours in other recordings are {rival}, as the linear probe says too."
            case _:
                return f"None of the causes looked for applies; {share} of its neighbours are {rival}."


def triage(
    confusion: NoiseConfusion,
    graph_with: KnnGraph,
    graph_without: KnnGraph,
    label_matrix: np.ndarray,
    recording: np.ndarray,
    columns: Mapping[str, np.ndarray],
    probe_scores: np.ndarray | None = None,
    site: np.ndarray | None = None,
    rules: Rules | None = None,
) -> Triage:
    """Give each confused clip the first of CAUSES that applies; see `Rules` for when.

    Args:
        columns: any of snr_db, level_dbfs, call_share, call_inside, above_nyquist, each (n,) with NaN unknown; a
            cause without its column is not found.
        probe_scores: (n, T) held-out probe scores; without them the neighbours alone speak for another label.
        site: (n,) ints or strings. Without one, the recording is looked at (in all recordings' neighbours).
    """
    rules = rules or Rules()
    members = with_background(label_matrix)
    labelled = ~members[:, 0]
    n = len(labelled)

    def column(name: str) -> np.ndarray:
        return np.asarray(columns.get(name, np.full(n, np.nan)), dtype=np.float64)

    rival, rival_share = _rivals(graph_without, members)
    predicted = rival if probe_scores is None else np.nan_to_num(probe_scores, nan=-np.inf).argmax(axis=1)
    place = "recording" if site is None or len(np.unique(codes(site))) < 2 else "site"
    graph = graph_with if place == "recording" else graph_without
    group = codes(recording if place == "recording" else site)
    shortcut, chance = _shortcut(graph, group, label_matrix)
    call, inside = column("call_share"), column("call_inside")
    with np.errstate(invalid="ignore"):
        silent = column("level_dbfs") <= rules.silent_dbfs
        applies = {
            "out_of_band": labelled & (column("above_nyquist") > rules.out_of_band),
            "empty": labelled & ((call < rules.empty_share) | silent),
            # A background window that a call reaches into was left without label by the overlap rule.
            "cut": np.where(labelled, (inside < rules.inside) & ~(call >= rules.filled), call > 0),
            "masked": labelled & (column("snr_db") < rules.snr_db),
            "shortcut": (shortcut > rules.shortcut) & (shortcut > 2 * chance),
            # Neighbours elsewhere cannot share such a label, so that they say nothing against it.
            "alone": labelled & graph_without.grouped & ~_spread(members, codes(recording)),
            "label": (rival_share > rules.rival) & (predicted == rival),
            "unexplained": np.ones(n, dtype=bool),
        }
    table = np.column_stack([applies[name] for name in CAUSES])
    cause = np.where(confusion.confused, table.argmax(axis=1), -1).astype(np.int8)
    counts = np.array(
        [[int(((cause == i) & side).sum()) for side in (labelled, ~labelled)] for i in range(len(CAUSES))]
    )
    kept = {name: column(name) for name in _RESTS_ON if name in columns}
    return Triage(cause, rival, rival_share, shortcut, place, counts, kept)


_RESTS_ON = ("snr_db", "level_dbfs", "call_share", "call_inside", "above_nyquist")


def _rivals(graph: KnnGraph, members: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The target, not one of the clip's own, most common among its neighbours, and its share."""
    count = neighbour_count(graph)
    sums = np.where(members, -1, neighbour_sums(graph, members))
    rival = np.where(count > 0, sums.argmax(axis=1), -1)
    best = np.maximum(sums.max(axis=1), 0)
    return rival, np.where(count > 0, best / np.maximum(count, 1), np.nan)


def _spread(members: np.ndarray, recording: np.ndarray) -> np.ndarray:
    """(n,) bool: clips with a target that occurs in another recording too."""
    several = np.array([len(np.unique(recording[column])) > 1 for column in members.T], dtype=bool)
    return (members & several).any(axis=1)


def _shortcut(graph: KnnGraph, group: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(share of neighbours of the same group that share no label, share of the group among all clips)."""
    there = graph.indices >= 0
    near = np.where(there, graph.indices, 0)
    same = there & (group[near] == group[:, None]) & (group[:, None] >= 0)
    only_same = KnnGraph(np.where(same, graph.indices, -1), graph.distances, graph.metric, graph.grouped)
    purity = np.nan_to_num(shared_label_share(only_same, labels))
    count = there.sum(axis=1)
    share = same.sum(axis=1) * (1 - purity) / np.maximum(count, 1)
    size = np.bincount(group[group >= 0], minlength=1)
    return share, np.where(group >= 0, size[np.maximum(group, 0)] / len(group), 0)
