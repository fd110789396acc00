"""What becomes of files that are no sound in layouts that read no annotation tables of the kinds known."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase

from bioviz.datasets.files import leftovers
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats.base import LEFT_OUT_BY_USER, FileAccount
from bioviz.datasets.formats.registry import recognize
from bioviz.datasets.options import Options
from bioviz.datasets.tables.source import SourceFile
from bioviz.datasets.types import Problem


def is_ignored(file: str, options: Options) -> bool:
    """Whether the user said that a file is to be left out, by its name or a pattern such as "notes*.csv"."""
    names = (file.casefold(), file.rsplit("/", 1)[-1].casefold())
    patterns = [pattern.casefold() for pattern in options.ignore]
    # A name may hold characters that mean something in a pattern.
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns for name in names)


def other_tables(
    files: Files, options: Options, leave_out: Collection[str] = ()
) -> tuple[list[FileAccount], list[Problem], set[str]]:
    """For layouts that read no such tables: what becomes of the files that are not sound, but for `leave_out`.

    Returns
    -------
    accounts : list of FileAccount
    problems : list of Problem
        One for each file that was not understood, and for sound that cannot be opened.
    doubtful : set of str
        Recordings that a file which was not understood may speak of.
    """
    accounts, problems, doubtful = [], leftovers.unreadable_sound(files), set()
    for other in files.tables_and_others:
        if other in leave_out:
            continue
        file = SourceFile(files, other)
        sure, format = recognize(file)
        if is_ignored(other, options):
            accounts.append(FileAccount(other, "irrelevant", detail=LEFT_OUT_BY_USER))
            continue
        if (facts := leftovers.facts_account(file, options)) is not None:
            accounts.append(facts)
            continue
        if sure and format is not None:
            accounts.append(
                FileAccount(
                    other, "unused", format.name, detail="what the layout of the folder says goes first"
                )
            )
            continue
        about = leftovers.account(file)
        accounts.append(about)
        if about.role == "not understood":
            problems.append(leftovers.sentence(about))
            doubtful |= leftovers.doubtful(file, set())
    return accounts, problems, doubtful
