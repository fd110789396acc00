"""A study as files: JSON from which it is computed again byte for byte, CSV, LaTeX."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from bioviz.analysis.metric_info import METRIC_INFO
from bioviz.datasets.tables.formulas import defused
from bioviz.errors import BadInput
from bioviz.store.versions import versions_of
from bioviz.study.published import SOURCE, published
from bioviz.study.result import DatasetFacts, StudyResult
from bioviz.study.scores import Score, grid, measures_in
from bioviz.study.spec import StudySpec

FORMAT = "bioviz study 1"
LARGEST = 64 << 20  # bytes of a file that is read
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "umap-learn", "pynndescent", "torch")
_COLUMNS = (
    "source", "model", "start", "training", "background_share", "dataset", "map", "seed", "measure", "value", "low",
    "high",
)  # fmt: skip


def to_json(result: StudyResult) -> bytes:
    """Return a study as JSON: what was asked for, what it rests on, and every score. No times: the same each time."""
    document = {
        "format": FORMAT,
        "study": result.spec.to_dict(),
        "datasets": {name: asdict(facts) for name, facts in result.datasets.items()},
        "weights": dict(result.weights),
        "versions": versions_of(_LIBRARIES),
        "checkpoints": dict(sorted(result.checkpoints.items())),
        "failed": dict(sorted(result.failed.items())),
        "scores": [score.to_dict() for score in ordered(result)],
        "published": SOURCE,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def ordered(result: StudyResult) -> list[Score]:
    """Return the scores in an order of their own, however often the work was interrupted."""
    return sorted(
        result.scores,
        key=lambda score: (score.dataset, score.contender, score.seed, score.map, score.measure),
    )


def read_json(content: bytes) -> tuple[StudySpec, dict[str, DatasetFacts], dict[str, str]]:
    """Read what to compute again, and what that rested on, from a file of `to_json`.

    Raises
    ------
    BadInput
        It is no such file.

    """
    if len(content) > LARGEST:
        raise BadInput("This file is too large to be a study. Name the study.json that a study wrote.")
    try:
        document: Any = json.loads(content)
        if document["format"] != FORMAT:
            raise BadInput(f"This study was written in another format than {FORMAT}. Compute it anew.")
        facts = {str(name): DatasetFacts(**each) for name, each in document["datasets"].items()}
        weights = {str(name): str(each) for name, each in document["weights"].items()}
        return StudySpec.from_dict(document["study"]), facts, weights
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            "This is no study that bioviz wrote. Name the study.json of the folder of --out, or what the page "
            "Benchmark gives as JSON."
        ) from error


def changed_since(
    result: StudyResult, datasets: Mapping[str, DatasetFacts], weights: Mapping[str, str]
) -> list[str]:
    """Say what is other now than in a file, so that its scores cannot come out the same."""
    told = [
        f"the dataset {facts.name} has changed"
        for name, facts in datasets.items()
        if result.datasets.get(name) != facts
    ]
    entries = {name.rpartition(" ")[0] for name, each in weights.items() if result.weights.get(name) != each}
    return told + [f"the weights of {name} are others, or not here" for name in sorted(entries)]


def to_csv(scores: Sequence[Score], *, with_published: bool = True) -> bytes:
    """Return scores as CSV, a line each; the published ones after them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    sources = [("ours", scores), *([("published", published())] if with_published else [])]
    for source, own in sources:
        for score in own:
            c = score.contender
            line = (
                source,
                c.model,
                c.checkpoint or c.start,
                "fine-tuned before" if c.checkpoint else c.training,
                "" if c.checkpoint else c.background,  # how is not known here
                score.dataset,
                score.map,
                score.seed,
            )
            ends = ("" if end is None else end for end in (score.low, score.high))
            writer.writerow([defused(value) for value in (*line, score.measure, score.value, *ends)])
    return text.getvalue().encode()


def to_latex(scores: Sequence[Score], titles: Mapping[str, str]) -> bytes:
    """Return a table for each measure (means over maps and seeds, the best of each dataset in bold), for booktabs."""
    parts = []
    for measure in measures_in(scores):
        table = grid(scores, measure)
        best = np.nanmax(np.where(np.isfinite(table.values), table.values, -np.inf), axis=0)
        lines = [
            " & ".join(
                [
                    _latex(contender.words(titles.get(contender.model, contender.model))),
                    *(_cell(value, top) for value, top in zip(row, best, strict=True)),
                ]
            )
            for contender, row in zip(table.contenders, table.values, strict=True)
        ]
        head = " & ".join(["model", *(_latex(name) for name in table.datasets)])
        parts.append(
            "\\begin{table}\n\\centering\n"
            f"\\caption{{{_latex(METRIC_INFO[measure].title)}. {_latex(METRIC_INFO[measure].text)}}}\n"
            f"\\begin{{tabular}}{{l{'r' * len(table.datasets)}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
            + " \\\\\n".join(lines)
            + " \\\\\n\\bottomrule\n\\end{tabular}\n\\end{table}\n"
        )
    return ("% \\usepackage{booktabs}\n" + "\n".join(parts)).encode()


def _cell(value: float, top: float) -> str:
    if not np.isfinite(value):
        return "--"
    return f"\\textbf{{{value:.3f}}}" if value == top else f"{value:.3f}"


def _latex(text: str) -> str:
    letters = {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "&%$#_{}"},
    }
    return "".join(letters.get(letter, letter if letter.isprintable() else " ") for letter in text)
