"""The exceptions of bioviz. Their text is shown to the user as it is: name the file and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class BiovizError(Exception):
    """Base of every error that bioviz raises on purpose; its message is a sentence for the user."""


class BadInput(BiovizError):
    """A file or setting from the user cannot be used."""


class Account(Protocol):
    """What became of a file, as far as this module knows it."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        ...


class NotUnderstood(BadInput):
    """A table that looks like annotations is in no known format, and nothing can be said without it.

    `accounts` (of `datasets.formats.base.FileAccount`) say what became of the files of the folder, `missing` how often
    each word stands where a label is missing (`datasets.options.MISSING_NAMES`).
    """

    def __init__(
        self, message: str, accounts: Sequence[Account] = (), missing: Mapping[str, int] | None = None
    ) -> None:
        super().__init__(message)
        self.accounts = tuple(accounts)
        self.missing = dict(missing or {})


class Missing(BiovizError):
    """Something named by the user (dataset, model, weights, run) is not there."""


class Cancelled(BiovizError):
    """The user cancelled; what was computed so far is kept."""
