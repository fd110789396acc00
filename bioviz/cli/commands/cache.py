"""The command `cache`."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from bioviz.cli.answers import Answer
from bioviz.cli.arguments import Commands
from bioviz.cli.terminal import TerminalProgress, table
from bioviz.config import settings


def register(commands: Commands) -> None:
    """Declare the commands of this file."""
    parser = commands.add(cache)
    parser.add_argument("action", nargs="?", choices=("size", "prune"), default="size")
    parser.add_argument("--uploads", action="store_true", help="remove uploads that no dataset uses, too")
    parser.add_argument("--limit", type=float, metavar="GB", help="size to prune to (BIOVIZ_CACHE_GB)")


def cache(options: argparse.Namespace, progress: TerminalProgress) -> Answer:
    """Show how much the cache holds, or make it smaller."""
    from bioviz.datasets.files import upload
    from bioviz.store import usage

    if options.action == "prune":
        limit = None if options.limit is None else int(options.limit * 1e9)
        pruned = usage.prune(settings(), limit)
        freed = upload.remove_unused() if options.uploads else 0
        left = f" {freed / 1e6:.1f} MB of uploads removed." if options.uploads else ""
        text = f"Removed {pruned.entries} results, {pruned.bytes / 1e6:.1f} MB; {pruned.left_bytes / 1e6:.1f} MB left."
        return Answer({**asdict(pruned), "uploads_bytes": freed}, text + left)
    rows = usage.usage(settings())
    lines = [(r.name, f"{r.bytes / 1e6:.1f}", r.files, "yes" if r.evictable else "no") for r in rows]
    stored_as = settings().stored_as
    data = {
        "folder": str(settings().cache_dir),
        "entries": [asdict(row) for row in rows],
        "stored_as": stored_as,
    }
    total = f"{sum(r.bytes for r in rows) / 1e6:.1f} MB in {settings().cache_dir}"
    if stored_as != "float32":
        total += f"\nNew embeddings are stored as {stored_as} (BIOVIZ_STORED_AS)."
    return Answer(data, table(("folder", "MB", "files", "can be pruned"), lines) + f"\n{total}")
