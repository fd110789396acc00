"""The command `diagnose`: the verdict, the labels and the clips to listen to, as the page Diagnose has them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from bioviz.cli.answers import Answer, finite, interval_text
from bioviz.cli.arguments import Commands, map_arguments, model_arguments, run_of
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.datasets.independence import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bioviz.analysis.diagnosis.diagnose import Diagnosis
    from bioviz.analysis.diagnosis.verdict.clause import Clause
    from bioviz.datasets.types import Dataset
    from bioviz.runs.run import Run


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(diagnose, model_arguments(required=True), map_arguments())
    parser.add_argument(
        "--unit",
        choices=[str(unit) for unit in Unit],
        help="unit of independence, kept with the dataset (default: the one kept, at first the detected one)",
    )
    parser.add_argument("--k", type=int, default=20, metavar="K", help="neighbors looked at (20)")
    parser.add_argument("--list", type=int, default=5, metavar="N", help="clips to print of each queue (5)")


def diagnose(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Say why a model confuses labels with background, in words and figures."""
    from bioviz.analysis.diagnosis.queue_words import ranked_in_words
    from bioviz.analysis.diagnosis.verdict.verdict import verdict
    from bioviz.datasets import library
    from bioviz.runs.diagnosis import compute_diagnosis, open_diagnosis
    from bioviz.runs.heard import heard_words

    if options.unit:
        library.set_unit(options.dataset, options.unit)
    run = run_of(options, progress)
    diagnosis = open_diagnosis(run, options.k) or compute_diagnosis(run, options.k, progress)
    clauses = verdict(diagnosis)
    labels = [
        {
            "label": diagnosis.names[t],
            "clips": int(diagnosis.labels.clips[t]),
            "confusion": float(diagnosis.labels.confusion[t]),
            "low": finite(float(diagnosis.labels.low[t])),
            "high": finite(float(diagnosis.labels.high[t])),
            "confused": float(diagnosis.labels.confused[t]),
        }
        for t in diagnosis.labels.ranking
    ]
    dataset = library.load(run.spec.dataset)
    queues = {
        name: [
            _clip(run, dataset, diagnosis, int(i)) | {"beyond_chance": rank < queue.beyond}
            for rank, i in enumerate(queue.rows)
        ]
        for name, queue in (("looks_labelled", diagnosis.missed), ("looks_like_background", diagnosis.faint))
    }
    notes = [*heard_words(dataset, run.rows, run.spec.checkpoint).sentences, *run.notes]
    data = {
        "run": run.key,
        "unit": str(run.unit),
        "verdict": [{"kind": clause.kind, "text": clause.text} for clause in clauses],
        "notes": notes,
        "labels": labels,
        "ranked_by": ranked_in_words(diagnosis.missed, diagnosis.unit),
        **queues,
    }
    return Answer(data, _text(clauses, notes, labels, queues, data["ranked_by"], options.list))


def _clip(run: Run, dataset: Dataset, diagnosis: Diagnosis, i: int) -> dict[str, Any]:
    row = int(run.rows[i])
    clips = dataset.clips
    return {
        "row": row,
        "recording": dataset.recordings[int(clips.recording[row])].name,
        "start_s": float(clips.start_s[row]),
        "labels": dataset.labels_of(row),
        "confusion": float(diagnosis.clips.judged.confusion[i]),
        "causes": diagnosis.triage.titles(i),
        "evidence": diagnosis.triage.evidence(i, diagnosis.names),
    }


def _text(
    clauses: Sequence[Clause],
    notes: Sequence[str],
    labels: Sequence[Mapping[str, Any]],
    queues: Mapping[str, Any],
    ranked_by: str,
    listed: int,
) -> str:
    parts = ["\n".join(f"- {sentence}" for sentence in (*(clause.text for clause in clauses), *notes))]
    if labels:
        head = ("label", "clips", "background confusion", "95 % interval")
        rows = [
            (
                each["label"],
                each["clips"],
                f"{each['confusion']:.2f}",
                interval_text(each["low"], each["high"]),
            )
            for each in labels
        ]
        parts.append(table(head, rows))
    titles = {
        "looks_labelled": "Background clips that look like a label",
        "looks_like_background": "Labelled clips that look like background",
    }
    for name, clips in queues.items():
        if clips[:listed]:
            head = ("recording", "start_s", "labels", "beyond chance", "why")
            rows = [
                (
                    c["recording"],
                    c["start_s"],
                    ", ".join(c["labels"]),
                    "yes" if c["beyond_chance"] else "-",
                    c["evidence"],
                )
                for c in clips[:listed]
            ]
            beyond = sum(c["beyond_chance"] for c in clips)
            title = f"{titles[name]} ({beyond} beyond chance), worst first:"
            if name == "looks_labelled":
                title += f"\n{ranked_by}"
            parts.append(f"{title}\n{table(head, rows)}")
    return "\n\n".join(parts)
