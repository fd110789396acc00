"""What somebody may do: everything, or look and flag. Functions that add, train or delete ask `require` first."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bioviz.errors import BiovizError

ONLY_LOOK = (
    "You came in to look and to flag. Adding, training and deleting are for those who have the other token or who are "
    "named as editors: ask whoever runs this server."
)


class Role(StrEnum):
    """What somebody may do."""

    EDIT = "edit"
    VIEW = "view"


class NotAllowed(BiovizError):
    """Who asks may look and flag, not change what others rely on."""


def _everything() -> Role:
    return Role.EDIT


_reader: Callable[[], Role] = _everything


def read_from(reader: Callable[[], Role]) -> None:
    """Ask `reader` from now on what the one may do for whom the running code works.

    The command line and jobs have no reader: who may start them may do everything. The pages have one.
    """
    global _reader
    _reader = reader


def may_edit() -> bool:
    """Whether the one for whom the running code works may add, train and delete."""
    return _reader() is Role.EDIT


def require() -> None:
    """Let only those pass who may add, train and delete.

    Raises
    ------
    NotAllowed
        The code works for somebody who may look and flag.

    """
    if not may_edit():
        raise NotAllowed(ONLY_LOOK)
