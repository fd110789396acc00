"""The formats of tables and the layouts of folders: every module of this package that is one. No list to edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, cast

import bioviz.datasets.formats as package
from bioviz import plugins
from bioviz.datasets.files.leftovers import is_irrelevant
from bioviz.datasets.tables.facts import facts_mapping

if TYPE_CHECKING:
    from bioviz.datasets.formats.base import Format, Layout
    from bioviz.datasets.tables.source import SourceFile

GROUP = "bioviz.formats"
"""Entry points of other packages: modules that are a format of tables (`base.Format`)."""
_NO_FORMATS = {"annotated", "choose", "own_options", "registry"}  # they stand above the formats
_added: dict[str, Format] = {}


@cache
def _modules() -> tuple[dict[str, Format], dict[str, Layout]]:
    tables: dict[str, Format] = {}
    layouts: dict[str, Layout] = {}
    for info in iter_modules(package.__path__):
        if info.name in _NO_FORMATS:
            continue
        module = import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, "recognizes"):
            tables[module.name] = cast("Format", module)
        elif hasattr(module, "sniff"):
            layouts[module.name] = cast("Layout", module)
    for module in plugins.modules(GROUP):
        if module.name not in tables:
            tables[module.name] = cast("Format", module)
    return tables, layouts


def formats() -> Mapping[str, Format]:
    """Return the formats of tables by name, those added from outside too."""
    return {**_modules()[0], **_added}


def layouts() -> Mapping[str, Layout]:
    """Return the layouts of folders by name, but the one of folders with tables (`annotated`)."""
    return _modules()[1]


def add_format(format: Format) -> None:
    """Let another package's format take part.

    Raises
    ------
    ValueError
        There is one of that name.
    """
    if format.name in formats():
        raise ValueError(f"There is a format {format.name!r} already.")
    _added[format.name] = format


def recognize(file: SourceFile) -> tuple[float, Format | None]:
    """Return the format that recognizes a file best, and how sure it is; (0, None) where none does."""
    if is_irrelevant(file.name) or facts_mapping(file) is not None:
        return 0.0, None
    sure = [(format.recognizes(file), format.name, format) for format in formats().values()]
    best = max(sure, key=lambda each: (each[0], each[1]))
    return (best[0], best[2]) if best[0] > 0 else (0.0, None)
