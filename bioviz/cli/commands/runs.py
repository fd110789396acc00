"""Commands that compute runs: embed, score."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

import numpy as np

from bioviz.analysis.misclustered import words
from bioviz.analysis.misclustered.placement import LISTS
from bioviz.cli.answers import Answer, four_digits, skipped_data, skipped_text
from bioviz.cli.arguments import Commands, map_arguments, model_arguments, run_of, run_spec
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.counts import counted
from bioviz.datasets.types import BACKGROUND
from bioviz.percent import percent

if TYPE_CHECKING:
    from bioviz.datasets.types import Dataset
    from bioviz.runs.run import Run


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    commands.add(embed, model_arguments(required=True))
    parser = commands.add(score, model_arguments(required=True), map_arguments())
    parser.add_argument(
        "--list",
        type=int,
        default=20,
        metavar="N",
        help="clips to print of each list of misclustered clips (20)",
    )


def embed(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Compute the embeddings of a dataset that are not there yet."""
    from bioviz.datasets import library
    from bioviz.embedding.pipeline import embed_dataset

    dataset = library.load(options.dataset)
    spec = run_spec(options)
    embeddings = embed_dataset(
        dataset, spec.model, spec.checkpoint, seed=spec.seed, device=options.device, progress=progress
    )
    count = int(np.count_nonzero(embeddings.valid))
    notes = _notes(dataset, spec.model)
    data = {"key": embeddings.key, "clips": count, "dim": embeddings.matrix.shape[1], "notes": notes}
    data |= skipped_data(embeddings.failures)
    text = f"{counted(count, 'clip')} embedded, {embeddings.matrix.shape[1]} numbers each."
    text += "".join(f"\nNote: {note}" for note in notes) + skipped_text(embeddings.failures)
    return Answer(data, text, skipped=bool(embeddings.failures))


def score(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Compute a run: the map, its clusters, and their agreement with the labels."""
    from bioviz.datasets import library
    from bioviz.runs import summary
    from bioviz.runs.heard import heard_words

    run = run_of(options, progress)
    dataset = library.load(run.spec.dataset)
    most = None if options.json else options.list  # of a million clips half may be on a list
    listed = {name: _misclustered(run, dataset, name, most) for name in LISTS}
    sentence = words.too_few(*words.sides(run.placement.counts))
    learnt = heard_words(dataset, run.rows, run.spec.checkpoint).sentences
    notes = [*([sentence] if sentence else []), *learnt, *run.notes, *_notes(dataset, run.spec.model)]
    counts = {
        "targets": list(run.target_names),
        "rows": run.table.tolist(),
        "stands_for": _names(run, run.placement.stands_for),
        "one_to_one": {"assigned": _names(run, run.match.assigned), "matched": run.match.matched},
    }
    data = {
        **summary(run),
        "table": counts,
        "misclustered_clips": listed,
        "provenance": run.provenance,
        "notes": notes,
        **skipped_data(run.failures),
    }
    text = _scores_text(run, {name: clips[: options.list] for name, clips in listed.items()})
    text += "".join(f"\nNote: {note}" for note in notes) + skipped_text(run.failures)
    return Answer(data, text, skipped=bool(run.failures))


def _notes(dataset: Dataset, model: str) -> list[str]:
    """Return what is to be known of a model on these recordings."""
    from bioviz.embedding.bandwidth import bandwidth_note
    from bioviz.models import registry

    note = bandwidth_note(dataset, registry.card(model))
    return [note] if note else []


def cluster_labels(run: Run) -> list[str]:
    """For each clip the label that its cluster stands for, "" where it stands for none."""
    names = [name or "" for name in _names(run, run.placement.stands_for)]
    return [names[cluster] if cluster >= 0 else "" for cluster in run.clusters]


def _names(run: Run, targets: np.ndarray) -> list[str | None]:
    return [run.target_names[target] if target >= 0 else None for target in targets]


def _misclustered(run: Run, dataset: Dataset, name: str, most: int | None) -> list[dict[str, Any]]:
    """Return the clips of one of the lists, worst first; the first `most`, or all."""
    names = [name or "" for name in _names(run, run.placement.stands_for)]
    clips = dataset.clips
    places = run.misclustered_list(name)[:most]
    shares = run.evidence(places).share
    return [
        {
            "row": int(run.rows[i]),
            "recording": dataset.recordings[int(clips.recording[run.rows[i]])].name,
            "start_s": float(clips.start_s[run.rows[i]]),
            "end_s": float(clips.end_s[run.rows[i]]),
            "labels": dataset.labels_of(int(run.rows[i])),
            "cluster": int(run.clusters[i]),
            "cluster_label": names[run.clusters[i]] if run.clusters[i] >= 0 else "",
            "neighbors_against": None if np.isnan(share) else round(float(share), 4),
        }
        for i, share in zip(places, shares, strict=True)
    ]


def _scores_text(run: Run, listed: dict[str, list[dict[str, Any]]]) -> str:
    scores, counts = run.scores, run.placement.counts
    lines = [
        f"{counted(len(run), 'clip')}, {counted(scores['k'], 'cluster')}",
        *(f"{name:<11}{four_digits(scores[name])}" for name in ("nmi", "ari", "silhouette")),
        *(f"({name}: {note})" for name, note in scores["notes"].items()),
        words.headline(counts, run.chance),
        words.against_chance(counts, run.chance, run.unit.noun),
        words.mixed_against_chance(counts, run.chance, run.unit.noun),
    ]
    lines = [line for line in lines if line]
    head = ("recording", "start_s", "label", "cluster stands for", "neighbors against")
    for name, clips in listed.items():
        if clips:
            lines.append(f"\n{words.TITLES[name]} ({counts[name]})")
            lines.append(table(head, [_line(clip) for clip in clips]))
    return "\n".join(lines)


def _line(clip: dict[str, Any]) -> tuple:
    share = clip["neighbors_against"]
    against = "-" if share is None else percent(share)
    return (
        clip["recording"],
        clip["start_s"],
        " + ".join(clip["labels"]) or BACKGROUND,
        clip["cluster_label"],
        against,
    )
