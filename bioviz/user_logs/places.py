"""Where in a dataset something lies that is known by its content."""

from __future__ import annotations

from collections.abc import Hashable


class Places:
    """Indices of a dataset's clips or recordings, by content and name.

    A recording that is there more than once is told apart by its name; under a new name, its first copy counts.
    """

    def __init__(self) -> None:
        self._named: dict[tuple[str, Hashable], int] = {}
        self._first: dict[Hashable, int] = {}

    def add(self, name: str, content: Hashable, index: int) -> None:
        """Take in what lies at an index; the first with a name and content keeps its place."""
        self._named.setdefault((name, content), index)
        self._first.setdefault(content, index)

    def find(self, name: str, content: Hashable) -> int:
        """Return the index of what has this content, -1 where nothing has."""
        return self._named.get((name, content), self._first.get(content, -1))
