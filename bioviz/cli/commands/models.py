"""The command `models`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands
from bioviz.cli.terminal import TerminalProgress, table


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(models)
    parser.add_argument("model", nargs="?")
    parser.add_argument("--download", action="store_true", help="fetch its published weights")
    parser.add_argument(
        "--accept-terms", action="store_true", help="confirm the terms of the weights, where they have some"
    )


def models(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """List models and their checkpoints, or fetch published weights."""
    from bioviz.models import registry

    if options.model and options.download:
        path = registry.download(options.model, progress, terms_accepted=options.accept_terms)
        return Answer({"model": options.model, "weights": str(path)}, f"Weights are in {path}.")
    cards = [registry.card(options.model)] if options.model else registry.list_models()
    data, lines = [], []
    for card in cards:
        states = {
            name: registry.checkpoint_state(card.name, name) for name in registry.checkpoints(card.name)
        }
        readiness = {name: {"available": s.available, "message": s.message} for name, s in states.items()}
        data.append({**asdict(card), "checkpoints": readiness})
        rate = f"{card.sample_rate} Hz" if card.sample_rate else "as recorded"
        shown = ", ".join(name if s.available else f"({name})" for name, s in states.items())
        lines.append((card.name, card.title, rate, card.dim, shown))
    text = table(("name", "title", "rate", "dim", "checkpoints"), lines)
    if options.model:
        text += "".join(f"\n{name}: {about['message']}" for name, about in data[0]["checkpoints"].items())
    else:
        text += "\n(in brackets: weights are missing; `models NAME` says what to do)"
    return Answer(data, text)
