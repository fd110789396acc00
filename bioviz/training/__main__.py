"""Fine-tune with several background shares and print what each changed, all on the same test clips.

python -m bioviz.training --dataset calls-254461d9 --model resnet18 --background-share 1 0.25 0 --seed 0 1 --same-steps
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bioviz import runs
from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.embedding.bandwidth import bandwidth_note
from bioviz.errors import BiovizError
from bioviz.models import registry
from bioviz.models.base import RANDOM
from bioviz.training.checkpoints import Checkpoint
from bioviz.training.finetune import finetune
from bioviz.training.settings import PRESETS, TrainSettings, preset
from bioviz.training.split import split_rows

TESTED = ("accuracy", "labelled_accuracy", "macro_ap", "macro_ap_beans", "background_auroc")
SCORED = ("nmi", "ari", "silhouette")
Figures = dict[str, float | None]


class OnOneLine:
    """Progress on the terminal."""

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        print(
            f"\r{stage}: {done:,.0f} of {total:,.0f} {unit} {note}\x1b[K", end="", file=sys.stderr, flush=True
        )


def main(arguments: list[str] | None = None) -> int:
    """Returns an exit status."""
    parser = argparse.ArgumentParser(prog="python -m bioviz.training", description=__doc__)
    parser.add_argument("--dataset", required=True, help="id of a registered dataset")
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--checkpoint", default="random", help="to start from")
    parser.add_argument("--preset", default="quick", choices=list(PRESETS))
    parser.add_argument("--base-seed", type=int, default=0, help="of a random start (0)")
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument("--background-share", type=float, nargs="+", default=[1.0])
    parser.add_argument(
        "--remove-everywhere",
        action="store_true",
        help="also by the paper's way: no background in validation either",
    )
    parser.add_argument(
        "--seed", type=int, nargs="+", default=[0], help="the table gives the mean and the range"
    )
    parser.add_argument(
        "--same-steps",
        action="store_true",
        help="with less background, as many more epochs as give as many steps as all of it: else the fewer clips "
        "alone could be why a share does worse",
    )
    asked = parser.parse_args(arguments)
    try:
        dataset = library.load(asked.dataset)
        if note := bandwidth_note(dataset, registry.card(asked.model)):
            print(f"Warning: {note}", file=sys.stderr)
        frozen, told = _scores(asked, asked.checkpoint, asked.base_seed), []
        table: list[tuple[str, list[Figures]]] = []
        for name, settings in plan(dataset, asked):
            made = [_trained(dataset, asked, replace(settings, seed=seed)) for seed in asked.seed]
            told += [
                f"{name}, seed {seed}: {sentence_of(one)}" for seed, one in zip(asked.seed, made, strict=True)
            ]
            if not table:
                table.append(("frozen, with a linear probe", [{**made[0].record["probe"]["test"], **frozen}]))
            table.append((name, [{**one.record["test"], **_scores(asked, one.name)} for one in made]))
    except BiovizError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print("\r\x1b[K", end="", file=sys.stderr)
    print("| trained with background | " + " | ".join((*TESTED, *SCORED)) + " |")
    print("|---" * (1 + len(TESTED) + len(SCORED)) + "|")
    for name, figures in table:
        cells = [summary([one.get(key) for one in figures]) for key in (*TESTED, *SCORED)]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print("\n" + "\n".join(told))
    return 0


def sentence_of(made: Checkpoint) -> str:
    """What a training taught, how long it took and where."""
    record = made.record
    sentence = record["outcome"]["sentence"] or "learnt."
    return f"{sentence} {record['seconds']:.0f} s on {record['computed_on']}."


def plan(dataset: Dataset, asked: argparse.Namespace) -> Iterator[tuple[str, TrainSettings]]:
    """The name and settings of every row of the table but the first."""
    chosen = preset(asked.preset, asked.checkpoint != RANDOM)
    chosen = replace(chosen, epochs=asked.epochs or chosen.epochs)
    wanted = [
        (f"share {share:g}", replace(chosen, background_share=share)) for share in asked.background_share
    ]
    if asked.remove_everywhere:
        wanted.append(("none, by the paper's way", replace(chosen, remove_everywhere=True)))
    all_of_it = len(split_rows(dataset, replace(chosen, background_share=1.0)).train)
    for name, settings in wanted:
        if asked.same_steps:
            longer = all_of_it / len(split_rows(dataset, settings).train)
            settings = replace(
                settings, epochs=round(settings.epochs * longer), patience=round(settings.patience * longer)
            )
        yield f"{name}, {settings.epochs} epochs", settings


def summary(values: Sequence[float | None]) -> str:
    """The mean of what the seeds gave, and from where to where they went."""
    if not values or any(value is None for value in values):
        return "–"
    mean = f"{sum(values) / len(values):.3f}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.3f} to {max(values):.3f})"


def _trained(dataset: Dataset, asked: argparse.Namespace, settings: TrainSettings) -> Checkpoint:
    """Raises BiovizError if the checkpoint is not usable."""
    made = finetune(
        dataset, asked.model, asked.checkpoint, settings, base_seed=asked.base_seed, progress=OnOneLine()
    )
    if not made.usable:
        raise BiovizError(str(made.record["reason"]))
    return made


def _scores(asked: argparse.Namespace, checkpoint: str, seed: int = 0) -> Figures:
    """The paper's scores of the test clips."""
    spec = runs.RunSpec(asked.dataset, model=asked.model, checkpoint=checkpoint, seed=seed, split="test")
    found = runs.compute_run(spec, OnOneLine()).scores
    return {key: found.get(key) for key in SCORED}


if __name__ == "__main__":
    sys.exit(main())
