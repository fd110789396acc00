"""Fine-tune with several background shares and print what each changed, all on the same test clips.

python -m bioviz.training --dataset calls-254461d9 --model resnet18 --background-share 1 0.25 0
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from bioviz import runs
from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.training.finetune import finetune
from bioviz.training.settings import PRESETS

TESTED = ("accuracy", "labelled_accuracy", "macro_ap", "background_auroc")
SCORED = ("nmi", "ari", "silhouette")


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
    parser.add_argument("--epochs", type=int, help="instead of the preset's")
    parser.add_argument("--background-share", type=float, nargs="+", default=[1.0])
    asked = parser.parse_args(arguments)
    try:
        dataset, rows = library.load(asked.dataset), []
        settings = PRESETS[asked.preset]
        settings = replace(settings, epochs=asked.epochs or settings.epochs)
        rows.append(("frozen", {}, _scores(asked, asked.checkpoint)))
        for share in asked.background_share:
            chosen = replace(settings, background_share=share)
            made = finetune(dataset, asked.model, asked.checkpoint, chosen, progress=OnOneLine())
            if not made.usable:
                raise BiovizError(str(made.record["reason"]))
            rows.append((f"share {share:g}", made.record["test"], _scores(asked, made.name)))
    except BiovizError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    print("\r\x1b[K", end="", file=sys.stderr)
    print("| trained with background | " + " | ".join((*TESTED, *SCORED)) + " |")
    print("|---" * (1 + len(TESTED) + len(SCORED)) + "|")
    for name, tested, scored in rows:
        figures = [tested.get(key) for key in TESTED] + [scored.get(key) for key in SCORED]
        print(f"| {name} | " + " | ".join("–" if v is None else f"{v:.3f}" for v in figures) + " |")
    return 0


def _scores(asked: argparse.Namespace, checkpoint: str) -> dict[str, object]:
    """The paper's scores of the test clips."""
    spec = runs.RunSpec(asked.dataset, model=asked.model, checkpoint=checkpoint, split="test")
    return runs.compute_run(spec, OnOneLine()).scores


if __name__ == "__main__":
    sys.exit(main())
