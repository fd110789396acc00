"""Tables whose columns the user explained with `Options.columns`: what is not explained is found by its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bioviz.datasets.files.locator import Locator
from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.options import Options
from bioviz.datasets.splits import split_of_table
from bioviz.datasets.tables.column_names import guess
from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.mapped import read_mapped
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.tables.text import numbered
from bioviz.errors import BadInput

NAME = "columns"


@dataclass(frozen=True)
class ExplainedColumns:
    """A format for this reading alone.

    Attributes
    ----------
    mapping : ColumnMapping
        What the user said.
    only_label : bool
        Whether that is no more than which column holds the label: formats that know such an option themselves go
        first then.
    """

    mapping: ColumnMapping
    only_label: bool = False
    name: str = NAME
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
        mapping = self.mapping_of(file.columns)
        content = read_mapped(
            file.table(mapping.has_header), mapping, locator, options, split_of_table(file.name)
        )
        content.source = "machine" if self.only_label and mapping.confidence else ""
        return content

    def mapping_of(self, columns: Sequence[str]) -> ColumnMapping:
        """All that is known of a table's columns.

        Raises
        ------
        BadInput
            A column that the user named is not there.
        """
        if not self.mapping.has_header:
            columns = numbered(len(columns))
        explained = self.mapping.fitted(columns)
        usual = ColumnMapping()
        named = {k: v for k, v in vars(explained).items() if v != getattr(usual, k)}
        guessed = guess(columns)
        # A column that the user gave a meaning has no other one.
        freed = {
            k: ""
            for k, v in vars(guessed).items()
            if isinstance(v, str) and v in explained.used and k not in named
        }
        return replace(replace(guessed, **freed), **named)


def explained_columns(options: Options) -> ExplainedColumns | None:
    """Return the format that the options explain; None where they do not.

    Raises
    ------
    BadInput
        Something unknown is said of the columns.
    """
    label = {"label": options.label_column} if options.label_column else {}
    if not options.columns and not label:
        return None
    return ExplainedColumns(
        ColumnMapping.from_dict({**label, **(options.columns or {})}), not options.columns
    )
