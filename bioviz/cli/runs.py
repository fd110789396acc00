"""Commands that compute runs: embed, score."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from bioviz.cli.answers import Answer, four_digits, skipped_data, skipped_text
from bioviz.cli.arguments import Commands, map_arguments, model_arguments, run_of, run_spec
from bioviz.cli.terminal import TerminalProgress, table


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    commands.add(embed, model_arguments(required=True))
    parser = commands.add(score, model_arguments(required=True), map_arguments())
    parser.add_argument("--list", type=int, default=20, metavar="N", help="misclustered clips to print (20)")


def embed(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Compute the embeddings of a dataset that are not there yet."""
    from bioviz.datasets import library
    from bioviz.embedding.pipeline import embed_dataset

    dataset = library.load(options.dataset)
    spec = run_spec(options)
    found = embed_dataset(
        dataset, spec.model, spec.checkpoint, seed=spec.seed, device=options.device, progress=progress
    )
    count = int(np.count_nonzero(found.valid))
    data = {"key": found.key, "clips": count, "dim": found.matrix.shape[1], **skipped_data(found.failures)}
    text = f"{count} clips embedded, {found.matrix.shape[1]} numbers each." + skipped_text(found.failures)
    return Answer(data, text, skipped=bool(found.failures))


def score(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Compute a run: the map, its clusters, and their agreement with the labels."""
    from bioviz.datasets import library
    from bioviz.runs import summary

    run = run_of(options, progress)
    listed = _misclustered(run, library.load(run.spec.dataset))
    counts = {
        "targets": list(run.target_names),
        "rows": run.table.tolist(),
        "assigned": [run.target_names[t] if t >= 0 else None for t in run.match.assigned],
    }
    data = {
        **summary(run),
        "table": counts,
        "misclustered_clips": listed,
        "provenance": run.provenance,
        **skipped_data(run.failures),
    }
    text = _scores_text(run, listed[: options.list]) + skipped_text(run.failures)
    return Answer(data, text, skipped=bool(run.failures))


def cluster_labels(run) -> list[str]:
    """For each clip the label that its cluster stands for, "" where it stands for none."""
    names = [run.target_names[target] if target >= 0 else "" for target in run.match.assigned]
    return [names[cluster] if cluster >= 0 else "" for cluster in run.clusters]


def _misclustered(run, dataset) -> list[dict[str, Any]]:
    labels = cluster_labels(run)
    clips = dataset.clips
    return [
        {
            "row": int(run.rows[i]),
            "recording": dataset.recordings[int(clips.recording[run.rows[i]])].name,
            "start_s": float(clips.start_s[run.rows[i]]),
            "end_s": float(clips.end_s[run.rows[i]]),
            "label": run.target_names[run.targets[i]],
            "cluster": int(run.clusters[i]),
            "cluster_label": labels[i],
        }
        for i in np.flatnonzero(run.misclustered)
    ]


def _scores_text(run, listed: list[dict[str, Any]]) -> str:
    scores = run.scores
    lines = [
        f"{len(run)} clips, {scores['k']} clusters",
        *(f"{name:<11}{four_digits(scores[name])}" for name in ("nmi", "ari", "silhouette")),
        *(f"({name}: {note})" for name, note in scores["notes"].items()),
        f"misclustered {int(run.misclustered.sum())} of {len(run)}",
    ]
    if listed:
        head = ("recording", "start_s", "label", "cluster stands for")
        lines.append(
            table(head, [(c["recording"], c["start_s"], c["label"], c["cluster_label"]) for c in listed])
        )
    return "\n".join(lines)
