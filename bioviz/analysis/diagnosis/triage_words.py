"""What triage says of a whole dataset, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.diagnosis.triage import CAUSES, COMPARED, TITLES, Triage
from bioviz.analysis.statistics.excess import Excess

SIGNS = {
    "empty": "hardly any call in the window",
    "cut": "call cut by the window's edge",
    "faint": "no call made out, or hardly",
    "recorder_band": "recorder lacks the call's band",
    "shortcut": "neighbors from the same place that share no label",
}
MAX_NAMED = 3


@dataclass(frozen=True)
class Compared:
    """A sign among confused clips and among others of the same label, for a table.

    Attributes:
        sign, side: in words; side is "labelled" or "background". excess: the figures. verdict: what follows.
    """

    sign: str
    side: str
    excess: Excess
    verdict: str


def summary(triage: Triage) -> str:
    """The causes of the confused labelled clips, in a sentence; "" where none is confused."""
    total = int(triage.clips[0])
    if not total:
        return ""
    counts = triage.counts[:, 0]
    order = [i for i in np.argsort(-counts, kind="stable") if counts[i] and CAUSES[i] != "unexplained"]
    parts = [f"{TITLES[CAUSES[i]]} ({counts[i]}{_against(triage, CAUSES[i])})" for i in order[:MAX_NAMED]]
    unexplained = int(counts[CAUSES.index("unexplained")])
    if not parts:
        return (
            f"None of the causes looked for stands out among the {total} confused labelled clips: each is as common "
            "among other clips of the same labels, or cannot be told."
        )
    return (
        f"Of {total} labelled clips that are confused or taken for another label: {'; '.join(parts)}; "
        f"unexplained ({unexplained})."
    )


def compared(triage: Triage) -> Iterator[Compared]:
    """Every sign that was compared, those with the clearest excess first."""
    found = []
    for side, part in (("labelled", triage.excess_labelled), ("background", triage.excess_background)):
        found += [(side, name, each) for name, each in part.items() if each.confused > 0 or each.others > 0]
    found.sort(key=lambda entry: -np.nan_to_num(entry[2].low, nan=-2))
    for side, name, each in found:
        if np.isnan(each.low):
            verdict = "too few to compare"
        else:
            verdict = "a cause" if each.sure else "not commoner than elsewhere: not given as a cause"
        yield Compared(SIGNS[name], side, each, verdict)


def _against(triage: Triage, cause: str) -> str:
    each = triage.excess_labelled.get(COMPARED.get(cause, ""))
    if each is None or not each.sure:
        return ""
    return (
        f"; signs of it in {100 * each.confused:.0f} % of the confused clips against {100 * max(each.others, 0):.0f} % "
        "of the others of the same labels"
    )
