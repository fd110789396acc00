"""Tables whose columns the user explained with `Options.columns`: what is not explained is found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.formats.columns import ColumnMapping, guess
from bioviz.datasets.formats.locator import Locator
from bioviz.datasets.formats.mapped import read_mapped
from bioviz.datasets.formats.source import SourceFile
from bioviz.datasets.options import Options
from bioviz.errors import BadInput


@dataclass(frozen=True)
class ToldColumns:
    """A format for this reading alone."""

    mapping: ColumnMapping
    name: str = "columns"
    title: str = "Table whose columns were explained"
    source: str = "people"

    def recognizes(self, file: SourceFile) -> float:
        """Whether a table has the columns that the user named, and enough of them to be read."""
        try:
            return 0.98 if len(file.columns) > 1 and self.mapping_of(file.columns).complete else 0.0
        except BadInput:
            return 0.0

    def read(self, file: SourceFile, locator: Locator, options: Options) -> TableContent:
        """Read a table. Raises BadInput where it lacks a column that was named."""
        return read_mapped(file.table(), self.mapping_of(file.columns), locator, options)

    def mapping_of(self, columns: Sequence[str]) -> ColumnMapping:
        """All that is known of a table's columns.

        Raises
        ------
        BadInput
            A column that the user named is not there.
        """
        given = self.mapping.fitted(columns)
        usual = ColumnMapping()
        named = {k: v for k, v in vars(given).items() if v != getattr(usual, k)}
        found = guess(columns)
        # A column that the user gave a meaning has no other one.
        freed = {
            k: "" for k, v in vars(found).items() if isinstance(v, str) and v in given.used and k not in named
        }
        return replace(replace(found, **freed), **named)


def told_columns(options: Options) -> ToldColumns | None:
    """The format that the options explain; None where they do not.

    Raises
    ------
    BadInput
        Something unknown is said of the columns.
    """
    return ToldColumns(ColumnMapping.from_dict(options.columns)) if options.columns else None
