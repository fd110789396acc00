"""The command line: what the pages compute, on the same cache. A group of commands is one file with `register`."""

from bioviz.cli.main import main

__all__ = ["main"]
