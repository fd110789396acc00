"""The command `finetune`: train with one or several shares of background, and what each changed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands, model_arguments, run_spec
from bioviz.cli.settings_arguments import add_settings, given_settings
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.errors import BiovizError
from bioviz.models.base import RANDOM
from bioviz.training.settings import PRESETS, TrainSettings, preset

if TYPE_CHECKING:
    from bioviz.datasets.types import Dataset
    from bioviz.models.checkpoints import Checkpoint

TESTED = ("accuracy", "labelled_accuracy", "macro_ap", "macro_ap_beans", "background_auroc")
SCORED = ("nmi", "ari", "silhouette")
OWN = ("seed", "background_share", "remove_everywhere")  # here they take several values, or add a row
Figures = dict[str, float | None]


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(finetune, model_arguments(required=True))
    parser.add_argument("--name", default="", help="what to call the checkpoint")
    parser.add_argument(
        "--preset", default="quick", choices=list(PRESETS), help="settings to start from (quick)"
    )
    parser.add_argument(
        "--background-share",
        type=float,
        nargs="+",
        default=[1.0],
        metavar="SHARE",
        help="of the background clips that is trained with; several give a row each (1)",
    )
    parser.add_argument(
        "--remove-everywhere",
        action="store_true",
        help="also by the paper's way: no background in validation either",
    )
    parser.add_argument(
        "--train-seed",
        type=int,
        nargs="+",
        default=[0],
        metavar="SEED",
        help="several give mean and range (0)",
    )
    parser.add_argument(
        "--same-steps",
        action="store_true",
        help="with less background, as many more epochs as give as many steps as all of it: else the fewer clips "
        "alone could be why a share does worse",
    )
    add_settings(parser.add_argument_group("instead of the preset's"), TrainSettings, leave_out=OWN)


def finetune(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Fine-tune a model on a dataset, and say what it taught, beside the frozen model with a linear probe."""
    from bioviz.datasets import library
    from bioviz.embedding.bandwidth import bandwidth_note
    from bioviz.models import registry

    dataset, start = library.load(options.dataset), run_spec(options)
    rows: list[dict[str, Any]] = []
    sentences: list[str] = []
    names: list[str] = []
    for name, settings in plan(dataset, options, start.checkpoint):
        checkpoints = [
            _trained(dataset, options, start.checkpoint, settings, seed, progress)
            for seed in options.train_seed
        ]
        names += [checkpoint.name for checkpoint in checkpoints]
        for seed, checkpoint in zip(options.train_seed, checkpoints, strict=True):
            sentences.append(f"{name}, seed {seed}: {sentence_of(checkpoint)}")
        if not rows:
            frozen = _scores(options, start.checkpoint, progress, start.seed)
            figures = [{**(checkpoints[0].record.probe.get("test") or {}), **frozen}]
            rows.append({"trained": "frozen, with a linear probe", "figures": figures})
        figures = [
            {**checkpoint.record.test, **_scores(options, checkpoint.name, progress)}
            for checkpoint in checkpoints
        ]
        rows.append({"trained": name, "figures": figures})
    note = bandwidth_note(dataset, registry.card(options.model))
    data = {
        "checkpoints": names,
        "rows": rows,
        "outcomes": sentences,
        "warnings": [note] if note else [],
    }
    lines = [
        [
            row["trained"],
            *(summary([figure.get(key) for figure in row["figures"]]) for key in (*TESTED, *SCORED)),
        ]
        for row in rows
    ]
    text = [
        *([f"Warning: {note}"] if note else []),
        table(("trained with background", *TESTED, *SCORED), lines),
        *sentences,
        f"Kept as {', '.join(names)}.",
    ]
    return Answer(data, "\n".join(text))


def sentence_of(checkpoint: Checkpoint) -> str:
    """Return what a training taught, how long it took and where."""
    record = checkpoint.record
    sentence = record.outcome.sentence or "learnt."
    return f"{sentence} {record.seconds:.0f} s on {record.computed_on}."


def plan(dataset: Dataset, options: argparse.Namespace, start: str) -> Iterator[tuple[str, TrainSettings]]:
    """Yield the name and settings of every row of the table but the first.

    Parameters
    ----------
    dataset : Dataset
        Trained on.
    options : argparse.Namespace
        Of the command.
    start : str
        The checkpoint that is started from.
    """
    from bioviz.training.data.split import split_rows

    base = replace(
        preset(options.preset, trained_start=start != RANDOM), **given_settings(options, TrainSettings)
    )
    wanted = [
        (f"share {share:g}", replace(base, background_share=share)) for share in options.background_share
    ]
    if options.remove_everywhere:
        wanted.append(("none, by the paper's way", replace(base, remove_everywhere=True)))
    all_of_it = len(split_rows(dataset, replace(base, background_share=1.0)).train)
    for name, settings in wanted:
        if options.same_steps:
            longer = all_of_it / len(split_rows(dataset, settings).train)
            settings = replace(
                settings, epochs=round(settings.epochs * longer), patience=round(settings.patience * longer)
            )
        yield f"{name}, {settings.epochs} epochs", settings


def summary(values: Sequence[float | None]) -> str:
    """Return the mean of what the seeds gave, and from where to where they went."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return "–"
    mean = f"{sum(known) / len(known):.3f}"
    return mean if len(known) == 1 else f"{mean} ({min(known):.3f} to {max(known):.3f})"


def _trained(
    dataset: Dataset,
    options: argparse.Namespace,
    start: str,
    settings: TrainSettings,
    seed: int,
    progress: TerminalProgress,
) -> Checkpoint:
    """Raise BiovizError if the checkpoint is not usable."""
    from bioviz.training.finetune import finetune as train

    checkpoint = train(
        dataset,
        options.model,
        start,
        replace(settings, seed=seed),
        base_seed=options.seed,
        name=options.name,
        device=options.device,
        progress=progress,
    )
    if not checkpoint.usable:
        raise BiovizError(checkpoint.record.reason)
    return checkpoint


def _scores(
    options: argparse.Namespace, checkpoint: str, progress: TerminalProgress, seed: int = 0
) -> Figures:
    """Return the paper's scores of the test clips."""
    from bioviz import runs

    spec = runs.RunSpec(options.dataset, model=options.model, checkpoint=checkpoint, seed=seed, split="test")
    scores = runs.compute_run(spec, progress, device=options.device).scores
    return {key: scores.get(key) for key in SCORED}
