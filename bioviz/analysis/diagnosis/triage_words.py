"""What triage says of a whole dataset, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bioviz.analysis.diagnosis.causes import registered
from bioviz.analysis.diagnosis.causes.registry import cause_named
from bioviz.analysis.diagnosis.triage import UNEXPLAINED, Triage, cause_title
from bioviz.analysis.diagnosis.verdict.clause import listed
from bioviz.analysis.statistics.excess import Excess
from bioviz.percent import told_apart

MAX_NAMED = 3


@dataclass(frozen=True)
class Compared:
    """A sign among confused clips and among others of the same label, for a table.

    Attributes
    ----------
    sign, side
        In words; side is "labelled" or "background".
    excess
        The figures.
    verdict
        What follows.

    """

    sign: str
    side: str
    excess: Excess
    verdict: str


def summary(triage: Triage) -> str:
    """Return the causes of the confused labelled clips, in a sentence; "" where none is confused."""
    total = int(triage.clips[0])
    if not total:
        return ""
    counts = triage.counts[:, 0]
    names = triage.causes
    order = [i for i in np.argsort(-counts, kind="stable") if counts[i] and names[i] != UNEXPLAINED]
    parts = [
        f"{cause_title(names[i])} ({counts[i]:,}{_against(triage, names[i])})" for i in order[:MAX_NAMED]
    ]
    unexplained = int(counts[names.index(UNEXPLAINED)])
    if not parts:
        return (
            f"None of the causes looked for stands out among the {total:,} confused labelled clips: each is as common "
            "among other clips of the same labels, or cannot be told."
        )
    return (
        f"Of {total:,} labelled clips that are confused or taken for another label: {'; '.join(parts)}; "
        f"unexplained ({unexplained:,})."
    )


def wrong_labels_looked_for(triage: Triage, names: tuple[str, ...]) -> str:
    """For which labels wrong ones are not looked for, in a sentence; "" where they are for all."""
    if len(names) < 3:  # one label cannot be swapped for another
        return ""
    trusted = [name for name, sure in zip(names, triage.trusted, strict=True) if sure]
    because = "neighbors elsewhere and a linear probe on this embedding do not agree on the right label often enough"
    if not trusted:
        return f"Swapped labels are not looked for: {because}."
    if len(trusted) == len(names) - 1:
        return ""
    shown = (
        trusted
        if len(trusted) <= 2 * MAX_NAMED
        else [*trusted[: 2 * MAX_NAMED], f"{len(trusted) - 2 * MAX_NAMED} more"]
    )
    return (
        f"Swapped labels are found only where the right one is {listed(shown, 'or')}: for others {because}."
    )


def compared(triage: Triage) -> Iterator[Compared]:
    """Every sign that was compared, those with the clearest excess first."""
    titles = {cause.sign.name: cause.sign.title for cause in registered() if cause.sign is not None}
    excesses: list[tuple[str, str, Excess]] = []
    for side, part in (("labelled", triage.excess_labelled), ("background", triage.excess_background)):
        excesses += [
            (side, name, each) for name, each in part.items() if each.confused > 0 or each.others > 0
        ]
    excesses.sort(key=lambda entry: -np.nan_to_num(entry[2].low, nan=-2))
    for side, name, each in excesses:
        if np.isnan(each.low):
            verdict = "too few to compare"
        else:
            verdict = "a cause" if each.sure else "not commoner than elsewhere: not given as a cause"
        several = f" ({each.least} or more signs)" if each.least > 1 else ""
        yield Compared(f"{titles.get(name, name)}{several}", side, each, verdict)


def signs_of(excess: Excess) -> str:
    """Say what was counted, as in "signs of it" and "2 or more signs of it"."""
    return "signs of it" if excess.least == 1 else f"{excess.least} or more signs of it"


def _against(triage: Triage, cause: str) -> str:
    known = cause_named(cause)
    each = None if known is None or known.sign is None else triage.excess_labelled.get(known.sign.name)
    if each is None or not each.sure:
        return ""
    confused, others = told_apart(each.confused, max(each.others, 0))
    return f"; {signs_of(each)} in {confused} of the confused clips against {others} of the others of the same labels"
