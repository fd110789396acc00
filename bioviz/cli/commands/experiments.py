"""Commands of the page Noise experiment: background added (`noise`) and windows shifted (`shift`)."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.unit_words import UNITS
from bioviz.cli.answers import Answer, finite, interval_text
from bioviz.cli.arguments import Commands, map_arguments, model_arguments, run_of
from bioviz.cli.settings_arguments import add_settings, given_settings
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.percent import percent

CURVES = ("separability", "mean_confusion", "mean_purity", "accuracy")
NO_INTERVAL = f"-: no interval, as the clips (or background) come from fewer than {MIN_UNITS} {UNITS}"


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(noise, model_arguments(required=True), map_arguments())
    # --seed is the model's and --k is short, as in the other commands.
    add_settings(parser, NoiseSettings, leave_out=("seed",))
    parser.add_argument("--draw-seed", type=int, default=0, help="of the clips and their background (0)")
    parser = commands.add(shift, model_arguments(required=True), map_arguments())
    add_settings(parser, ShiftSettings, leave_out=("seed",))
    parser.add_argument("--draw-seed", type=int, default=0, help="of the clips (0)")
    parser.add_argument("--list", type=int, default=10, metavar="N", help="least stable clips to print (10)")


def noise(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Add background to calls step by step: at which signal-to-noise ratio is each label lost?"""
    from bioviz.datasets import library
    from bioviz.experiments.noise import compute_noise, open_noise
    from bioviz.experiments.noise_scores import lost_share
    from bioviz.runs.heard import heard_words

    settings = NoiseSettings(**given_settings(options, NoiseSettings), seed=options.draw_seed)
    run = run_of(options, progress)
    result = open_noise(run, settings) or compute_noise(run, settings, progress, options.device)
    dataset = library.load(run.spec.dataset)
    scores, names = result.scores, dataset.labels
    levels = [finite(level) for level in scores.snrs_db]
    data = {
        "run": run.key,
        "settings": settings.to_dict(),
        "clips": len(result.rows),
        "snrs_db": levels,  # null: the clips as recorded
        "curves": {name: [_ends(row) for row in getattr(scores, name)] for name in CURVES},
        "lost_share": [_ends(row) for row in lost_share(scores, dataset.groups[result.rows])],
        "lost_at_db": {names[i]: _lost(scores.lost_at_db[i]) for i in np.flatnonzero(scores.clips)},
        "notes": list(heard_words(dataset, result.rows, run.spec.checkpoint).sentences),
        "problems": [f"{problem.file}: {problem.detail}" for problem in result.problems],
    }
    text = [
        f"{data['clips']} clips at {len(levels) - 1} signal-to-noise ratios",
        table(
            ("SNR (dB)", "background AUROC", "95 % interval", "clips lost", "95 % interval", "k-NN accuracy"),
            [
                (
                    "as recorded" if level is None else f"{level:g}",
                    a[0],
                    interval_text(a[1], a[2]),
                    lost[0],
                    interval_text(lost[1], lost[2]),
                    b[0],
                )
                for level, a, lost, b in zip(
                    levels,
                    data["curves"]["separability"],
                    data["lost_share"],
                    data["curves"]["accuracy"],
                    strict=True,
                )
            ],
        ),
        table(
            ("label", "clips", "lost at (dB)", "95 % interval"),
            [
                (name, int(scores.clips[names.index(name)]), lost["text"], lost["interval"])
                for name, lost in data["lost_at_db"].items()
            ],
        ),
        NO_INTERVAL,
        *(f"Note: {note}" for note in data["notes"]),
        *(f"skipped {problem}" for problem in data["problems"]),
    ]
    return Answer(data, "\n\n".join(text), skipped=bool(result.problems))


def shift(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Shift the windows in time: do clips keep their neighbors?"""
    from bioviz.datasets import library
    from bioviz.experiments.shift import compute_shift, open_shift
    from bioviz.runs.heard import heard_words

    settings = ShiftSettings(**given_settings(options, ShiftSettings), seed=options.draw_seed)
    run = run_of(options, progress)
    result = open_shift(run, settings) or compute_shift(run, settings, progress, options.device)
    dataset = library.load(run.spec.dataset)
    clips = dataset.clips
    listed = [
        {
            "row": int(row),
            "recording": dataset.recordings[int(clips.recording[row])].name,
            "start_s": float(clips.start_s[row]),
            "kept": finite(shares),
            "relative_move": finite(relative),
        }
        for row, shares, relative in zip(result.rows, result.kept.mean(axis=1), result.relative, strict=True)
    ]
    targets = {run.target_names[t]: _ends(result.by_target[t]) for t in np.flatnonzero(result.clips)}
    data = {
        "run": run.key,
        "settings": settings.to_dict(),
        "clips": len(result.rows),
        "neighbors_kept": float(result.kept.mean()),
        "changed": float(result.changed.mean()),
        "labels": targets,
        "least_stable": listed,
        "notes": list(heard_words(dataset, result.rows, run.spec.checkpoint).sentences),
        "problems": [f"{problem.file}: {problem.detail}" for problem in result.problems],
    }
    text = [
        f"{data['clips']} clips shifted; {percent(data['neighbors_kept'])} of their neighbors kept on average; "
        f"{percent(data['changed'])} of the clips change most of their neighbors",
        table(
            ("label", "neighbors kept", "95 % interval"),
            [(name, ends[0], interval_text(ends[1], ends[2])) for name, ends in targets.items()],
        ),
        NO_INTERVAL,
        table(
            ("recording", "start_s", "neighbors kept"),
            [(each["recording"], each["start_s"], each["kept"]) for each in listed[: options.list]],
        ),
        *(f"Note: {note}" for note in data["notes"]),
        *(f"skipped {problem}" for problem in data["problems"]),
    ]
    return Answer(data, "\n\n".join(text), skipped=bool(result.problems))


def _ends(row: np.ndarray) -> list[float | None]:
    """Value, low and high end, None where unknown."""
    return [finite(value) for value in row]


def _lost(row: np.ndarray) -> dict[str, Any]:
    value, low, high = (float(each) for each in row)
    return {
        "db": finite(value),
        "low": finite(low),
        "high": finite(high),
        "text": _level(value),
        "interval": "-" if np.isnan(low) or np.isnan(high) else f"{_level(low)} to {_level(high)}",
    }


def _level(value: float) -> str:
    if np.isnan(value):
        return "cannot be told"
    return f"{value:.1f}" if np.isfinite(value) else ("above all" if value > 0 else "below all")
