"""Tables of a kind that the user explained before: read by the table profile that was kept of them."""

from __future__ import annotations

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.tables.mapped import read_mapped
from bioviz.datasets.tables.profiles import profile_of
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BadInput

name = "profile"
title = "Table with a profile"
source = "people"
own_options = ("min_confidence",)


def recognizes(file: SourceFile) -> float:
    """Whether a kept profile has this header."""
    return 0.97 if len(file.columns) > 1 and profile_of(file) is not None else 0.0


def read(file: SourceFile, locator: Locator, options: Options) -> TableContent:
    """Read a table by its profile."""
    profile = profile_of(file)
    if profile is None:
        raise BadInput(f"No table profile fits its columns {', '.join(file.columns)}.")
    content = read_mapped(file.table(profile.mapping.has_header), profile.mapping, locator, options)
    content.how = f"table profile “{profile.name}”: {content.how}"
    return content
