"""The three claims of the paper, computed anew from a table of scores, with what so few datasets can tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from bioviz.analysis.statistics.familywise import holm
from bioviz.study.findings.contrast import Contrast, differences, of_differences
from bioviz.study.scores import CLUSTERING, Contender, Score, Training, grid, measures_in
from bioviz.study.table import StudyTable

RESNETS = ("resnet18", "resnet50", "resnet152")
CLAIMS = {
    1: "Models pretrained on audio, without fine-tuning, do worse than a fine-tuned AlexNet.",
    2: "Models pretrained on audio do not tell background from labeled sounds, but ResNets do.",
    3: "Fine-tuned with less background, models pretrained on audio do better than the others.",
}
Verdict = Literal["holds", "as claimed", "the other way", "contradicted", "cannot be told"]


@dataclass(frozen=True)
class Statement:
    """One reading of a claim.

    Attributes
    ----------
    claim : int
        1 to 3.
    first, second : str
        What is compared, in words; the effect is the first less the second.
    measure : str
        By which.
    claimed : int
        Sign of the effect if the claim is true.
    contrast : Contrast
    verdict : str
        "holds" and "contradicted" are said at 5 % for all statements together. "as claimed" and "the other way": every
        dataset is worth as much as it can be, and they are too few for such a p.
    why_not : str
        What is missing where there is no effect.

    """

    claim: int
    first: str
    second: str
    measure: str
    claimed: int
    contrast: Contrast
    verdict: Verdict = "cannot be told"
    why_not: str = ""


def statements(table: StudyTable) -> list[Statement]:
    """Return what a table says of the claims, by every measure that it has."""
    table = replace(table, scores=_by_umap(table.scores))
    said = [
        statement
        for measure in measures_in(table.scores)
        for statement in (
            *_first(table, measure),
            *_second(table, measure),
            *_third(table, measure),
        )
    ]
    said.sort(key=lambda each: each.claim)
    judged = _judged(said)
    return [*judged, *_missing(table, {each.claim for each in judged if each.contrast.effect is not None})]


def _by_umap(scores: Sequence[Score]) -> tuple[Score, ...]:
    """Return the scores that the paper has: clusters of UMAP's maps, of other maps only where there are none of it."""
    of_umap = tuple(s for s in scores if s.measure not in CLUSTERING or s.map.startswith("umap"))
    return of_umap if any(s.measure in CLUSTERING for s in of_umap) else tuple(scores)


def _first(table: StudyTable, measure: str) -> list[Statement]:
    every = _contenders(table)
    frozen = [each for each in every if each.start == "audio" and each.training == "frozen"]
    alexnet = [each for each in every if each.model == "alexnet" and _tuned(each, 1.0)]
    return _statement(table, measure, 1, -1, ("audio, frozen", frozen), (_names("AlexNet", alexnet), alexnet))


def _second(table: StudyTable, measure: str) -> list[Statement]:
    every, said = _contenders(table), []
    trainings: tuple[Training, ...] = ("frozen", "fine-tuned")
    for training in trainings:
        alike = [each for each in every if each.training == training and each.background == 1]
        audio = [each for each in alike if each.start == "audio"]
        for start, words in (("images", "ImageNet ResNets"), ("random", "random ResNets")):
            resnets = [each for each in alike if each.model in RESNETS and each.start == start]
            said += _statement(
                table,
                measure,
                2,
                -1,
                (f"audio, {training}", audio),
                (f"{words}, {training}", resnets),
                table.with_background,
            )
    return said


def _third(table: StudyTable, measure: str) -> list[Statement]:
    every, said = _contenders(table), []
    table_of = grid(table.scores, measure)
    shares = sorted({each.background for each in every if each.training == "fine-tuned"})
    of = {
        share: (
            [each for each in every if _tuned(each, share) and each.start == "audio"],
            [each for each in every if _tuned(each, share) and each.start != "audio"],
        )
        for share in shares
    }
    for share in (share for share in shares if share < 1):
        audio, others = of[share]
        said += _statement(
            table,
            measure,
            3,
            1,
            (f"audio, background share {share:g}", audio),
            (f"others, background share {share:g}", others),
            table.with_background,
        )
        if 1.0 in of:
            names, less = differences(table_of, audio, others, table.with_background)
            all_names, whole = differences(table_of, *of[1.0], table.with_background)
            both = [name for name in names if name in all_names]
            change = np.array([less[names.index(name)] - whole[all_names.index(name)] for name in both])
            if len(both):
                said.append(
                    Statement(
                        3,
                        f"audio less others, background share {share:g}",
                        "the same with all background",
                        measure,
                        1,
                        of_differences(change, tuple(both)),
                    )
                )
    return said


def _statement(
    table: StudyTable,
    measure: str,
    claim: int,
    claimed: int,
    first: tuple[str, Sequence[Contender]],
    second: tuple[str, Sequence[Contender]],
    datasets: Collection[str] | None = None,
) -> list[Statement]:
    names, x = differences(grid(table.scores, measure), first[1], second[1], datasets)
    if not names:
        return []
    return [Statement(claim, first[0], second[0], measure, claimed, of_differences(x, tuple(names)))]


def _judged(said: Sequence[Statement]) -> list[Statement]:
    """Give every statement its verdict; `holm` holds all of them to 5 % together."""
    sure = holm({i: each.contrast.p for i, each in enumerate(said)})
    judged = []
    for i, each in enumerate(said):
        c = each.contrast
        verdict: Verdict = "cannot be told"
        if c.effect is not None:
            as_claimed = c.effect * each.claimed > 0
            if i in sure:
                verdict = "holds" if as_claimed else "contradicted"
            elif c.all_one_way:
                verdict = "as claimed" if as_claimed else "the other way"
        judged.append(Statement(each.claim, each.first, each.second, each.measure, each.claimed, c, verdict))
    return judged


def _missing(table: StudyTable, answered: Collection[int]) -> list[Statement]:
    """Say for each claim that this table says nothing of what it lacks."""
    every = [each for each in _contenders(table) if not each.checkpoint]  # of others it is not known how
    kinds = {each.training for each in every}
    audio = [each for each in every if each.start == "audio"]
    why = {
        1: "It takes models pretrained on audio without fine-tuning and a fine-tuned AlexNet on the same datasets.",
        2: "It takes models pretrained on audio and ResNets on the same datasets with background.",
        3: "It takes fine-tuning with less background, of models pretrained on audio and of others.",
    }
    if audio and "frozen" not in kinds:
        why[1] = "Cannot be told from this table: it has no model without fine-tuning."
    if audio and kinds == {"fine-tuned"} and all(each.background == 1 for each in every):
        why[3] = "Cannot be told from this table: every model was fine-tuned with all background."
    nothing = Contrast(None, None, None, None, None)
    return [
        Statement(claim, "", "", "", 0, nothing, why_not=words)
        for claim, words in why.items()
        if claim not in answered
    ]


def summary(said: Sequence[Statement], titles: Mapping[str, str]) -> str:
    """Say in a few words what the statements on one claim come to.

    Parameters
    ----------
    said : sequence of Statement
        On one claim.
    titles : mapping
        Of the measures, by name.

    """
    compared = [each for each in said if each.contrast.effect is not None]
    if not compared:
        return said[0].why_not if said else ""
    parts = []
    for verdict, words in (
        ("holds", "As claimed"),
        ("contradicted", "The opposite of the claim"),
        ("as claimed", "As claimed on every dataset, but with too few of them to rule out chance"),
        ("the other way", "Against the claim on every dataset, but with too few of them to rule out chance"),
    ):
        which = [
            f"{titles[each.measure]} ({each.first} less {each.second})"
            for each in compared
            if each.verdict == verdict
        ]
        if which:
            parts.append(f"{words}: {'; '.join(which)}.")
    clear = sum(each.verdict in ("holds", "contradicted") for each in compared)
    if not clear:
        parts.insert(0, f"None of {len(compared)} comparisons is clear of chance.")
    return " ".join(parts)


def sentence(statement: Statement, title: str) -> str:
    """Say what came out of a statement by a measure of this title, with effect, interval, datasets and p."""
    c = statement.contrast
    if c.effect is None or c.p is None or c.least_p is None:
        return statement.why_not
    n = len(c.datasets)
    interval = "" if c.low is None else f" [{c.low:+.3f}, {c.high:+.3f}]"
    few = f"{n} {'dataset' if n == 1 else 'datasets'}; the smallest p of so many is {c.least_p:.2g}"
    figures = f"{title}: {c.effect:+.3f}{interval}, p {c.p:.2g} ({few})"
    words = {
        "holds": "as claimed",
        "contradicted": "the opposite of the claim",
        "as claimed": "as claimed on every dataset, and too few of them to rule out chance",
        "the other way": "against the claim on every dataset, and too few of them to rule out chance",
        "cannot be told": "cannot be told from chance",
    }
    return f"{statement.first} less {statement.second}, {figures}: {words[statement.verdict]}."


def _contenders(table: StudyTable) -> list[Contender]:
    return list(dict.fromkeys(score.contender for score in table.scores))


def _tuned(contender: Contender, share: float) -> bool:
    return contender.training == "fine-tuned" and contender.background == share


def _names(title: str, contenders: Sequence[Contender]) -> str:
    return contenders[0].words(title) if len(contenders) == 1 else f"{title}, fine-tuned"
