"""The entry point: reads the arguments, runs the command, and turns what goes wrong into a sentence and a code."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import NoReturn

import bioviz.cli.commands
from bioviz.cli.answers import WrongUsage
from bioviz.cli.arguments import Commands
from bioviz.cli.terminal import TerminalProgress
from bioviz.config import share_compiled_code
from bioviz.errors import BiovizError, Cancelled, Missing, NotUnderstood

EXIT = {"ok": 0, "failed": 1, "usage": 2, "missing": 3, "skipped": 4, "cancelled": 130, "pipe": 141}

EPILOG = """exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 done but some files were skipped,
130 cancelled. Folders: BIOVIZ_CACHE, BIOVIZ_DATA, BIOVIZ_WEIGHTS (see README)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command (`open` where none is given); returns its exit code.

    Usage errors leave by SystemExit(2), as argparse does.

    With `--json` standard output holds one JSON value and nothing else, also where the command fails:
    {"error": sentence, "code": name of the exit code}.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["open"]
    try:
        code = _run(words, "--json" in words)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        # What is still in the buffer would raise again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT["pipe"]
    return code


def _run(words: Sequence[str], as_json: bool) -> int:
    parser = _parser(as_json)
    options = parser.parse_args(words)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    progress = TerminalProgress(quiet=options.quiet)
    try:
        share_compiled_code()
        with progress.stopped_by_ctrl_c():
            answer = options.command(options, progress)
    except WrongUsage as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        return _fail(as_json, "Cancelled.", "cancelled")
    except Cancelled as error:
        return _fail(as_json, str(error), "cancelled")
    except Missing as error:
        return _fail(as_json, str(error), "missing")
    except NotUnderstood as error:
        return _fail(as_json, str(error), "skipped")
    except BiovizError as error:
        return _fail(as_json, str(error), "failed")
    except BrokenPipeError:
        raise
    except OSError as error:  # a full disk, a folder without rights: of the system's making, not a bug
        prefix = f"{error.filename}: " if error.filename else ""
        return _fail(as_json, f"{prefix}{error.strerror or error}.", "failed")
    print(json.dumps(answer.data, ensure_ascii=False, indent=1) if as_json else answer.text)
    return EXIT["skipped"] if answer.skipped else EXIT["ok"]


def _fail(as_json: bool, sentence: str, code: str) -> int:
    print(f"bioviz: {sentence}", file=sys.stderr)
    if as_json:
        print(json.dumps({"error": sentence, "code": code}, ensure_ascii=False))
    return EXIT[code]


class _Parser(argparse.ArgumentParser):
    """Reports wrong usage as JSON too, where JSON was asked for."""

    as_json = False

    def error(self, message: str) -> NoReturn:
        if self.as_json:
            print(json.dumps({"error": message, "code": "usage"}, ensure_ascii=False))
        super().error(message)


def _parser(as_json: bool) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print the result as JSON, errors too")
    common.add_argument("--quiet", action="store_true", help="no progress line")
    parser_class = type("Parser", (_Parser,), {"as_json": as_json})
    parser = parser_class(
        prog="bioviz", description="Why does an audio model confuse animals with background?", epilog=EPILOG
    )
    subcommands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=parser_class)
    commands = Commands(subcommands, common)
    for module in iter_modules(bioviz.cli.commands.__path__):
        import_module(f"bioviz.cli.commands.{module.name}").register(commands)
    return parser
