"""Options that some readers alone go by: given to another one they are an error, never passed over in silence."""

from __future__ import annotations

from collections.abc import Collection

from bioviz.datasets.formats.base import FileAccount, Layout
from bioviz.datasets.formats.registry import formats, layouts
from bioviz.datasets.options import OPTIONS, Options
from bioviz.datasets.tables.explained import NAME as EXPLAINED
from bioviz.datasets.tables.text import plain
from bioviz.errors import BadInput


def own_options(reader: object) -> tuple[str, ...]:
    """Names of the options that a format or layout goes by, beside those that all do."""
    return tuple(getattr(reader, "own_options", ()))


def check_of_layout(options: Options, layout: Layout, tables: Layout) -> None:
    """Refuse options that the layout of a folder does not know.

    Parameters
    ----------
    options : Options
        As given.
    layout : Layout
        Of the folder.
    tables : Layout
        The layout of folders with tables: which of a format's options count is seen when the tables are read.

    Raises
    ------
    BadInput
        The layout does not go by an option that was given.
    """
    known = set(own_options(layout))
    if layout is tables:
        known |= {name for format in formats().values() for name in own_options(format)}
    _refuse([name for name in _given(options) if name not in known], layout.title, tables)


def check_of_tables(options: Options, accounts: Collection[FileAccount], tables: Layout) -> None:
    """Refuse options that none of the tables which were read goes by.

    Raises
    ------
    BadInput
        No table goes by an option that was given, or none has the column that was named.
    """
    read = [each for each in accounts if each.role == "read"]
    known = set(own_options(tables))
    titles = []
    for name in dict.fromkeys(each.format for each in read):
        format = formats().get(name)
        known |= set(own_options(format)) if format else {"label_column", "min_confidence"}  # told columns
        titles += [format.title] if format else []
    _refuse([name for name in _given(options) if name not in known], " and ".join(titles), tables)
    if options.columns and not any(each.format == EXPLAINED or each.role == "facts" for each in accounts):
        mapping = ", ".join(f"{role}={column}" for role, column in options.columns.items())
        headers = "; ".join(f"{each.name} has {', '.join(each.columns)}" for each in accounts if each.columns)
        raise BadInput(
            f"No table could be read with the columns that were given ({mapping})"
            + (f": {headers}." if headers else ".")
            + " To read a table so that is understood without them, name it as the table to read too."
        )
    if options.label_column and not any(_may_have(each, options.label_column) for each in read):
        columns = dict.fromkeys(column for each in read for column in each.columns)
        raise BadInput(
            f"No table that was read has a column {options.label_column!r} (option label_column); there are "
            f"{', '.join(columns)}."
        )


def _may_have(account: FileAccount, column: str) -> bool:
    format = formats().get(account.format)
    if format is not None and "label_column" not in own_options(format):
        return False
    tags = getattr(format, "labels_are_columns", True) is False
    return tags or plain(column) in map(plain, account.columns)


def _given(options: Options) -> list[str]:
    values = options.to_dict()
    return [info.name for info in OPTIONS if info.of_readers and info.name in values]


def _refuse(unknown: list[str], title: str, tables: Layout) -> None:
    for name in unknown:
        readers = {**layouts(), tables.name: tables, **formats()}.values()
        knowing = [f"“{reader.title}”" for reader in readers if name in own_options(reader)]
        raise BadInput(
            f"The option {name} means nothing to the reader “{title}”, by which this folder was read. "
            f"It is for {', '.join(knowing)}. Leave it out, or name one of these readers."
        )
