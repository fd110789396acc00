"""The commands of the command line: each computes with the functions that the pages use and says what came out."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.config import settings
from bioviz.terminal import TerminalProgress, table

# Kinds of problems (datasets.problems.KINDS) for which a file or table was left out: exit code 4.
LEFT_OUT = {"unreadable", "empty_audio", "outside", "no_recording", "ambiguous", "unlisted", "bad_table"}
SHOWN = 10  # problems of a kind that are printed


@dataclass(frozen=True)
class Answer:
    """What a command found out: `data` for --json, `text` for people, and whether files were skipped."""

    data: Any
    text: str
    skipped: bool = False


def add(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Read a folder, report what it holds, and register it."""
    from bioviz.datasets import library
    from bioviz.datasets.build import build_dataset
    from bioviz.datasets.report import report

    root = settings().check_inside(options.folder)
    wanted = dict(options.option)
    dataset = build_dataset(root, name=options.name, reader=options.reader, options=wanted, progress=progress)
    if not options.check:
        library.save(dataset)
    found = report(dataset)
    data = {"dataset": dataset.id, "added": not options.check, "report": found.to_dict()}
    done = "Not added (--check)" if options.check else f"Added as {dataset.id}"
    skipped = any(problem.kind in LEFT_OUT for problem in dataset.problems)
    return Answer(data, f"{_report_text(found)}\n{done}", skipped)


def datasets(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List datasets, or report on one, or forget one."""
    from bioviz.datasets import library
    from bioviz.datasets.report import report

    if options.dataset and options.remove:
        library.remove(options.dataset)
        return Answer({"removed": options.dataset}, f"Removed {options.dataset}; its recordings stay.")
    if options.dataset:
        found = report(library.load(options.dataset))
        return Answer(found.to_dict(), _report_text(found))
    rows = library.list_datasets()
    head = ("id", "name", "task", "clips", "recordings", "labels", "background", "hours")
    lines = [
        (
            d.id,
            d.name,
            d.task,
            d.clips,
            d.recordings,
            len(d.labels),
            f"{d.background_share:.0%}",
            f"{d.hours:.2f}",
        )
        for d in rows
    ]
    return Answer([asdict(row) for row in rows], table(head, lines))


def models(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List models and their checkpoints, or fetch published weights."""
    from bioviz.models import registry

    if options.model and options.download:
        path = registry.download(options.model, progress)
        return Answer({"model": options.model, "weights": str(path)}, f"Weights are in {path}.")
    cards = [registry.card(options.model)] if options.model else registry.list_models()
    data, lines = [], []
    for card in cards:
        states = {
            name: registry.checkpoint_state(card.name, name) for name in registry.checkpoints(card.name)
        }
        told = {name: {"available": s.available, "message": s.message} for name, s in states.items()}
        data.append({**asdict(card), "checkpoints": told})
        rate = f"{card.sample_rate} Hz" if card.sample_rate else "as recorded"
        shown = ", ".join(name if s.available else f"({name})" for name, s in states.items())
        lines.append((card.name, card.title, rate, card.dim, shown))
    text = table(("name", "title", "rate", "dim", "checkpoints"), lines)
    if options.model:
        text += "".join(f"\n{name}: {about['message']}" for name, about in data[0]["checkpoints"].items())
    else:
        text += "\n(in brackets: weights are missing; `models NAME` says what to do)"
    return Answer(data, text)


def embed(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Compute the embeddings of a dataset that are not there yet."""
    from bioviz.datasets import library
    from bioviz.embedding.pipeline import embed_dataset

    dataset = library.load(options.dataset)
    spec = _spec(options)
    found = embed_dataset(
        dataset, spec.model, spec.checkpoint, seed=spec.seed, device=options.device, progress=progress
    )
    count = int(np.count_nonzero(found.valid))
    data = {"key": found.key, "clips": count, "dim": found.matrix.shape[1], **_skipped(found.failures)}
    text = f"{count} clips embedded, {found.matrix.shape[1]} numbers each." + _skipped_text(found.failures)
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
        **_skipped(run.failures),
    }
    text = _scores_text(run, listed[: options.list]) + _skipped_text(run.failures)
    return Answer(data, text, skipped=bool(run.failures))


def demo(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Make the demo dataset and its first run."""
    from bioviz.runs import demo_job

    found = demo_job({}, progress)
    scores = found["scores"]
    text = f"The demo is ready: {found['clips']} clips, NMI {_number(scores['nmi'])}. Open the app to explore it."
    return Answer(found, text)


def export(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Write clips as a CSV, Raven selection tables or Audacity labels."""
    from bioviz.datasets import export as exporting
    from bioviz.datasets import library
    from bioviz.store.files import write_atomic

    dataset = library.load(options.dataset)
    rows, columns = np.arange(len(dataset.clips)), {}
    if options.model:
        rows, columns = _run_columns(options, progress)
    out = Path(options.out)
    if options.format == "csv":
        files = {out: exporting.to_csv(dataset, rows, columns)}
    elif options.format == "raven-combined":
        files = {out: exporting.to_raven_combined(dataset, rows)}
    else:
        make = {"raven": exporting.to_raven, "audacity": exporting.to_audacity}[options.format]
        files = {out / name: data for name, data in make(dataset, rows).items()}
    for path, content in files.items():
        write_atomic(path, content)
    data = {"clips": len(rows), "files": [str(path) for path in files]}
    return Answer(data, f"{len(rows)} clips written to {out} ({len(files)} files).")


def cache(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Show how much the cache holds, or make it smaller."""
    from bioviz.store import usage

    if options.action == "prune":
        limit = None if options.limit is None else int(options.limit * 1e9)
        pruned = usage.prune(settings(), limit)
        text = f"Removed {pruned.entries} results, {pruned.bytes / 1e6:.1f} MB; {pruned.left_bytes / 1e6:.1f} MB left."
        return Answer(asdict(pruned), text)
    rows = usage.usage(settings())
    lines = [(r.name, f"{r.bytes / 1e6:.1f}", r.files, "yes" if r.evictable else "no") for r in rows]
    data = {"folder": str(settings().cache_dir), "entries": [asdict(row) for row in rows]}
    total = f"{sum(r.bytes for r in rows) / 1e6:.1f} MB in {settings().cache_dir}"
    return Answer(data, table(("folder", "MB", "files", "can be pruned"), lines) + f"\n{total}")


def run_of(options: argparse.Namespace, progress: TerminalProgress):
    """The run of the run arguments, computed where it is not there yet."""
    from bioviz.runs import compute_run

    return compute_run(_spec(options), progress, device=options.device)


def _spec(options: argparse.Namespace):
    """The RunSpec of the run arguments; the checkpoint defaults to the best there is at hand."""
    from bioviz.models import registry
    from bioviz.runs import RunSpec

    checkpoint = options.checkpoint
    if checkpoint is None:
        names = registry.checkpoints(options.model)
        ready = [name for name in names if registry.checkpoint_state(options.model, name).available]
        checkpoint = next((name for name in ("pretrained", "none") if name in ready), ready[0])
    spec = RunSpec(options.dataset, options.model, checkpoint, seed=options.seed)
    if not hasattr(options, "method"):
        return spec
    names = ("method", "n_neighbors", "min_dist", "perplexity", "metric")
    given = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    projection = replace(spec.projection, seed=options.map_seed, **given)
    return replace(
        spec, split=options.split, projection=projection, without_background=options.without_background
    )


def _run_columns(options: argparse.Namespace, progress: TerminalProgress):
    """Rows of the dataset and what a run says of them, for an export."""
    run = run_of(options, progress)
    chosen = run.misclustered if options.misclustered else np.ones(len(run), dtype=bool)
    columns = {
        "x": run.xy[:, 0],
        "y": run.xy[:, 1],
        "cluster": run.clusters,
        "cluster_label": np.array(_cluster_labels(run)),
        "misclustered": run.misclustered,
        **run.acoustic,
    }
    return run.rows[chosen], {name: column[chosen] for name, column in columns.items()}


def _cluster_labels(run) -> list[str]:
    """For each clip the label that its cluster stands for, "" where it stands for none."""
    names = [run.target_names[target] if target >= 0 else "" for target in run.match.assigned]
    return [names[cluster] if cluster >= 0 else "" for cluster in run.clusters]


def _misclustered(run, dataset) -> list[dict[str, Any]]:
    labels = _cluster_labels(run)
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
        *(f"{name:<11}{_number(scores[name])}" for name in ("nmi", "ari", "silhouette")),
        *(f"({name}: {note})" for name, note in scores["notes"].items()),
        f"misclustered {int(run.misclustered.sum())} of {len(run)}",
    ]
    if listed:
        head = ("recording", "start_s", "label", "cluster stands for")
        lines.append(
            table(head, [(c["recording"], c["start_s"], c["label"], c["cluster_label"]) for c in listed])
        )
    return "\n".join(lines)


def _report_text(found) -> str:
    lines = [
        f"{found.name} ({found.task}): {found.clips} clips from {found.recordings} recordings, "
        f"{found.hours:.2f} h, {found.background_share:.0%} background",
        table(
            ("label", "clips", "annotations"),
            [(row.label, row.clips, row.annotations) for row in found.labels],
        ),
    ]
    for group in found.problems:
        lines.append(f"{group.title} ({len(group.items)}):")
        lines += [f"  {file}: {detail}" for file, detail in group.items[:SHOWN]]
        if len(group.items) > SHOWN:
            lines.append(f"  and {len(group.items) - SHOWN} more (--json lists all)")
    return "\n".join(lines)


def _skipped(failures) -> dict[str, Any]:
    return {"skipped": [asdict(failure) for failure in failures]}


def _skipped_text(failures) -> str:
    return "".join(f"\nskipped {failure.file}: {failure.detail}" for failure in failures)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
