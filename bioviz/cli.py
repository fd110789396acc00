"""The command line: what the pages compute, on the same cache."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bioviz import commands
from bioviz.config import share_compiled_code
from bioviz.diagnose_command import diagnose
from bioviz.errors import BiovizError, Cancelled, Missing
from bioviz.terminal import TerminalProgress

EXIT = {"ok": 0, "failed": 1, "usage": 2, "missing": 3, "skipped": 4, "cancelled": 130}

EPILOG = """exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 done but some files were skipped,
130 cancelled. Folders: BIOVIZ_CACHE, BIOVIZ_DATA, BIOVIZ_WEIGHTS (see README)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Usage errors leave by SystemExit(2), as argparse does."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if getattr(options, "misclustered", False) and not options.model:
        parser.error("--misclustered needs a model, whose clusters tell which clips are meant")
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    share_compiled_code()
    progress = TerminalProgress(quiet=options.quiet)
    try:
        with progress.stopped_by_ctrl_c():
            answer = options.command(options, progress)
    except KeyboardInterrupt:
        return _fail(options, Cancelled("Cancelled."), "cancelled")
    except Cancelled as error:
        return _fail(options, error, "cancelled")
    except Missing as error:
        return _fail(options, error, "missing")
    except BiovizError as error:
        return _fail(options, error, "failed")
    print(json.dumps(answer.data, ensure_ascii=False, indent=1) if options.json else answer.text)
    return EXIT["skipped"] if answer.skipped else EXIT["ok"]


def _fail(options: argparse.Namespace, error: BiovizError, code: str) -> int:
    print(f"bioviz: {error}", file=sys.stderr)
    if options.json:
        print(json.dumps({"error": str(error), "code": code}, ensure_ascii=False))
    return EXIT[code]


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print the result as JSON")
    common.add_argument("--quiet", action="store_true", help="no progress line")
    parser = argparse.ArgumentParser(
        prog="bioviz", description="Why does an audio model confuse animals with background?", epilog=EPILOG
    )
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(function: Callable, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        made = subcommands.add_parser(
            function.__name__,
            help=(function.__doc__ or "").splitlines()[0],
            description=function.__doc__,
            parents=[common, *parents],
        )
        made.set_defaults(command=function)
        return made

    one = command(commands.add)
    one.add_argument("folder", help="folder of recordings, within BIOVIZ_DATA")
    one.add_argument("--name", help="what to call it")
    one.add_argument("--reader", help="format, where it is not recognised by itself")
    one.add_argument(
        "--option",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help="e.g. width_s=3, hop_s=1",
    )
    one.add_argument("--check", action="store_true", help="only report, add nothing")

    one = command(commands.datasets)
    one.add_argument("dataset", nargs="?", help="report on this one")
    one.add_argument("--remove", action="store_true", help="forget it; its recordings stay")

    one = command(commands.models)
    one.add_argument("model", nargs="?")
    one.add_argument("--download", action="store_true", help="fetch its published weights")

    command(commands.embed, _model_arguments(required=True))
    one = command(commands.score, _model_arguments(required=True), _map_arguments())
    one.add_argument("--list", type=int, default=20, metavar="N", help="misclustered clips to print (20)")
    one = command(diagnose, _model_arguments(required=True), _map_arguments())
    one.add_argument("--k", type=int, default=20, metavar="K", help="neighbours looked at (20)")
    one.add_argument("--list", type=int, default=5, metavar="N", help="clips to print of each queue (5)")
    one = command(commands.export, _model_arguments(required=False), _map_arguments())
    one.add_argument("--out", required=True, help="file, or folder for one file a recording")
    one.add_argument("--format", choices=("csv", "raven", "raven-combined", "audacity"), default="csv")
    one.add_argument("--misclustered", action="store_true", help="only these; needs a model")
    one = command(commands.cache)
    one.add_argument("action", nargs="?", choices=("size", "prune"), default="size")
    one.add_argument("--limit", type=float, metavar="GB", help="size to prune to (BIOVIZ_CACHE_GB)")
    command(commands.demo)
    return parser


def _model_arguments(required: bool) -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("dataset", help="id, as `datasets` lists it")
    parent.add_argument("model", nargs=None if required else "?", help="name, as `models` lists it")
    parent.add_argument("--checkpoint", help="default: pretrained if its weights are here, else random")
    parent.add_argument("--seed", type=int, default=0, help="of a random checkpoint (0)")
    parent.add_argument("--device", help="cpu, cuda or mps; default: the best there is")
    return parent


def _map_arguments() -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--split", choices=("all", "train", "valid", "test"), default="all")
    parent.add_argument("--method", choices=("umap", "tsne", "pca"), default="umap")
    parent.add_argument("--n-neighbors", type=int, help="of UMAP (50)")
    parent.add_argument("--min-dist", type=float, help="of UMAP (0.1)")
    parent.add_argument("--perplexity", type=float, help="of t-SNE (25)")
    parent.add_argument("--metric", choices=("euclidean", "cosine"))
    parent.add_argument("--map-seed", type=int, default=42, help="of UMAP and t-SNE (42)")
    parent.add_argument("--without-background", action="store_true", help="leave background clips out")
    return parent


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
