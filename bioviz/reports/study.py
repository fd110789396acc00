"""What the report of a study holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import numpy as np

from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.counts import counted
from bioviz.plots import study as figures
from bioviz.reports.html import Block, Charts, Heading, Table, Values, Words, html_report
from bioviz.study.exports import ordered
from bioviz.study.findings.claims import CLAIMS, sentence, statements, summary
from bioviz.study.findings.questions import spreads
from bioviz.study.findings.ranks import mean_ranks
from bioviz.study.findings.trainings import training_words
from bioviz.study.published import SOURCE
from bioviz.study.result import StudyResult
from bioviz.study.scores import CLUSTERING, Score, grid, measures_in
from bioviz.study.table import DIFFERENCE, StudyTable, difference_table, published_table


def study_report(result: StudyResult, titles: Mapping[str, str]) -> bytes:
    """Return one self-contained HTML file: values with intervals, ranks, claims, beside what was published."""
    ours, published = result.table(titles), published_table(titles)
    blocks: list[Block] = [
        Words(
            f"{counted(len(result.spec.entries), 'model')} on {counted(len(result.spec.datasets), 'dataset')}: "
            f"{counted(len(result.checkpoints), 'cell')} computed, {len(result.failed)} could not be. Scores are of "
            "the test clips of each dataset, of all clips where it has no split."
        )
    ]
    if result.failed:
        blocks += [Heading("What could not be computed"), Table(["cell", "why"], list(result.failed.items()))]
    for measure in measures_in(ours.scores):
        blocks += _measure(ours, ordered(result), measure)
    difference = difference_table(ours)
    if difference.scores:
        blocks.append(Heading("Ours less published"))
        for measure in measures_in(difference.scores):
            blocks.append(_heat_map(difference, measure))
    if words := training_words(result):
        blocks += [Heading("What the fine-tunings taught"), Words(words)]
    for name, table in (("ours", ours), ("the published values", published)):
        blocks += [Heading(f"The paper's claims, from {name}"), *_claims(table)]
    blocks += [
        Heading("Published values"),
        Words(f"{SOURCE['paper']} ({SOURCE['where']}, arXiv {SOURCE['arxiv']}): {SOURCE['table']}."),
        *(_heat_map(published, measure) for measure in measures_in(published.scores)),
        Heading("Settings"),
        Values(
            {
                "study": result.spec.to_dict(),
                "datasets": {name: asdict(facts) for name, facts in result.datasets.items()},
                "weights": dict(result.weights),
                "checkpoints": dict(sorted(result.checkpoints.items())),
            }
        ),
    ]
    return html_report("Benchmark", blocks)


def _measure(table: StudyTable, scores: Sequence[Score], measure: str) -> list[Block]:
    ranks = mean_ranks(grid(table.scores, measure))
    names = [table.name(each) for each in ranks.contenders]
    blocks: list[Block] = [
        Heading(METRIC_INFO[measure].title),
        Words(METRIC_INFO[measure].text),
        _heat_map(table, measure),
    ]
    if ranks.contenders:
        blocks.append(
            Charts(
                [figures.critical_difference(names, ranks.mean, ranks.groups, ranks.critical)],
                ranks.sentence(),
            )
        )
    blocks += [
        Words(
            f"Where nothing but {'the map' if each.of == 'maps' else 'the seed'} is another, it moves by "
            f"{each.median:.3f} in the median, and by {each.p90:.3f} or less in nine of ten cells."
        )
        for each in spreads(scores, measure)
        if each.of != "models"
    ]
    own = [score for score in scores if score.measure == measure]
    rows = [
        [
            table.name(score.contender),
            score.dataset,
            *([score.map] if measure in CLUSTERING else []),
            score.seed,
            score.value,
            score.low,
            score.high,
        ]
        for score in own
    ]
    head = ["model", "dataset", *(["map"] if measure in CLUSTERING else []), "seed", "value", "from", "to"]
    return [
        *blocks,
        Table(head, rows),
        Words("From and to: 95 % interval by units of independence, where it is known."),
    ]


def _heat_map(table: StudyTable, measure: str) -> Charts:
    values = grid(table.scores, measure).best_first
    title = METRIC_INFO[measure].title
    chart = figures.heat_map(
        values.values,
        [table.name(each) for each in values.contenders],
        values.datasets,
        title=title,
        differences=table.layer == DIFFERENCE,
    )
    return Charts([chart], f"{title}: mean over maps and seeds.")


def _claims(table: StudyTable) -> list[Block]:
    said = statements(table)
    blocks: list[Block] = []
    for number, words in CLAIMS.items():
        of_claim = [each for each in said if each.claim == number]
        blocks.append(Words(f"Claim {number}. {words}"))
        if any(each.contrast.effect is not None for each in of_claim):
            blocks.append(Words(summary(of_claim, {name: METRIC_INFO[name].title for name in METRIC_INFO})))
        blocks += [
            Words(sentence(each, METRIC_INFO[each.measure].title if each.measure else ""))
            for each in of_claim
        ]
        with_effect = [each for each in of_claim if each.contrast.effect is not None]
        if with_effect:
            ends = np.array(
                [[s.contrast.effect, s.contrast.low, s.contrast.high] for s in with_effect], dtype=np.float64
            )
            chart = figures.effects(
                [f"{METRIC_INFO[each.measure].title}: {each.second}" for each in with_effect],
                *ends.T,
                points=[each.contrast.differences for each in with_effect],
                x_title="difference of the measure",
                y_title="against",
            )
            blocks.append(
                Charts([chart], "Small marks: single datasets; interval 95 %, datasets drawn anew.")
            )
    return blocks
