"""Arguments that several commands share, and the run that they name."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bioviz.cli.terminal import TerminalProgress
from bioviz.cluster.spec import WAYS, check_installed, parse_spec
from bioviz.config import settings

if TYPE_CHECKING:
    from bioviz.runs import Run, RunSpec


class Commands:
    """The commands of the parser; each group of them adds its own.

    Parameters
    ----------
    subcommands : argparse._SubParsersAction
        Of the parser.
    common : argparse.ArgumentParser
        Arguments that every command has.
    """

    def __init__(self, subcommands: Any, common: argparse.ArgumentParser) -> None:
        self._subcommands = subcommands
        self._common = common

    def add(
        self, function: Callable, *parents: argparse.ArgumentParser, name: str = ""
    ) -> argparse.ArgumentParser:
        """Declare `function` as a command under its name; its docstring is the help."""
        about = (function.__doc__ or "").strip()
        parser = self._subcommands.add_parser(
            name or function.__name__,
            help=about.splitlines()[0],
            description=about,
            parents=[self._common, *parents],
        )
        parser.set_defaults(command=function)
        return parser


def model_arguments(required: bool) -> argparse.ArgumentParser:
    """Arguments that name a dataset, a model and what it computes on."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("dataset", help="id, as `datasets` lists it")
    parent.add_argument("model", nargs=None if required else "?", help="name, as `models` lists it")
    parent.add_argument("--checkpoint", help="default: the best that is here: pretrained, fine-tuned, random")
    parent.add_argument("--seed", type=int, default=0, help="of a random checkpoint (0)")
    parent.add_argument(
        "--device", help="cpu, cuda, cuda:1, all (GPUs at once) or mps; default: the best there is"
    )
    parent.add_argument("--cluster", metavar="WHERE", help=f"compute recordings on Dask workers: {WAYS}")
    return parent


def map_arguments() -> argparse.ArgumentParser:
    """Arguments that decide the map of a run, beside `model_arguments`."""
    from bioviz.analysis.projection.layouts import METHODS

    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument("--split", choices=("all", "train", "valid", "test"), default="all")
    parent.add_argument("--method", choices=METHODS, default="umap")
    parent.add_argument("--n-neighbors", type=int, help="of UMAP (50)")
    parent.add_argument("--min-dist", type=float, help="of UMAP (0.1)")
    parent.add_argument("--perplexity", type=float, help="of t-SNE (25)")
    parent.add_argument("--metric", choices=("euclidean", "cosine"))
    parent.add_argument("--map-seed", type=int, default=42, help="of UMAP and t-SNE (42)")
    parent.add_argument("--without-background", action="store_true", help="leave background clips out")
    return parent


def add_listing(parser: argparse.ArgumentParser) -> None:
    """Declare what commands take that list what users said, or write it as tables for other programs."""
    parser.add_argument("--user", help="only this user's")
    parser.add_argument("--out", help="write them here: a file (csv), or a folder for a file a recording")
    parser.add_argument("--format", choices=("csv", "raven", "audacity"), default="csv")


def name_and_value(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE, the value as JSON where it is JSON, else as text."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def choose_cluster(options: argparse.Namespace) -> None:
    """Let this process compute on the cluster of --cluster, where one is given.

    Raises
    ------
    BadInput
        It names no cluster.
    Missing
        Dask is not installed.

    """
    if options.cluster is not None:
        if options.cluster:
            check_installed(parse_spec(options.cluster))
        os.environ["BIOVIZ_CLUSTER"] = options.cluster


def run_of(options: argparse.Namespace, progress: TerminalProgress) -> Run:
    """Return the run of the run arguments, computed where it is not there yet."""
    from bioviz.runs import compute_run

    return compute_run(run_spec(options), progress, device=options.device)


def run_spec(options: argparse.Namespace) -> RunSpec:
    """Return the RunSpec of the run arguments; the checkpoint defaults to the best there is at hand."""
    from bioviz.models.devices.device import check_device
    from bioviz.runs import RunSpec, ready

    choose_cluster(options)
    if options.device is not None and not settings().cluster:  # workers have devices of their own
        check_device(options.device)
    checkpoint = options.checkpoint
    if checkpoint is None:
        checkpoint = ready.checkpoints(options.model)[0].checkpoint  # as the pickers of the pages
    spec = RunSpec(options.dataset, options.model, checkpoint, seed=options.seed)
    if not hasattr(options, "method"):
        return spec
    names = ("method", "n_neighbors", "min_dist", "perplexity", "metric")
    values = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    projection = replace(spec.projection, seed=options.map_seed, **values)
    return replace(
        spec, split=options.split, projection=projection, without_background=options.without_background
    )
