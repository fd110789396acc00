"""Views of a dataset that users have saved by name: what a link of the page would say, and what was selected."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bioviz import rights
from bioviz.config import settings
from bioviz.datasets.library import checked_id
from bioviz.errors import BadInput, BiovizError
from bioviz.store.claims.locks import locked
from bioviz.store.files import Corrupt, read_json, write_json

MOST = 100
"""Views of one dataset."""
LONGEST_NAME = 60
PATIENCE_S = 5.0


@dataclass(frozen=True)
class SavedView:
    """One view.

    Attributes
    ----------
    name
        Of all views of its dataset its own.
    query
        Query parameters of the link that opens it.
    selection
        What was selected on the map, as the browser's act says it (JSON-able); None for nothing.

    """

    name: str
    query: Mapping[str, str]
    selection: Any = None


def saved_views(dataset_id: str) -> list[SavedView]:
    """Return the saved views of a dataset, in the order of their names; none where the file is damaged."""
    return sorted(_read(dataset_id), key=lambda view: view.name.casefold())


def save_view(dataset_id: str, view: SavedView) -> None:
    """Save a view in place of one of the same name.

    Raises
    ------
    BadInput
        It has no name, too long a one, or there are too many views already.
    NotAllowed
        The views are everybody's, and the one who asks may look and flag.

    """
    rights.require()
    name = " ".join(view.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise BadInput(f"Give the view a name of at most {LONGEST_NAME} letters.")
    with _alone(dataset_id):
        others = [each for each in _read(dataset_id) if each.name != name]
        if len(others) >= MOST:
            raise BadInput(f"There are {MOST} saved views already. Remove one first.")
        _write(dataset_id, [*others, SavedView(name, dict(view.query), view.selection)])


def remove_view(dataset_id: str, name: str) -> None:
    """Forget a view; one that is not there is no error.

    Raises
    ------
    NotAllowed
        The views are everybody's, and the one who asks may look and flag.

    """
    rights.require()
    with _alone(dataset_id):
        _write(dataset_id, [each for each in _read(dataset_id) if each.name != name])


@contextmanager
def _alone(dataset_id: str) -> Iterator[None]:
    """Keep others from writing the views of a dataset meanwhile."""
    until = time.monotonic() + PATIENCE_S

    def waiting() -> None:
        if time.monotonic() > until:
            raise BiovizError("The saved views are being written by another process. Try again.")

    with locked(
        settings().cache_dir / "locks" / f"views-{checked_id(dataset_id)}.lock", waiting, every_s=0.01
    ):
        yield


def _file(dataset_id: str) -> Path:
    return settings().cache_dir / "views" / f"{checked_id(dataset_id)}.json"


def _write(dataset_id: str, views: list[SavedView]) -> None:
    write_json(_file(dataset_id), [{**vars(view), "query": dict(view.query)} for view in views])


def _read(dataset_id: str) -> list[SavedView]:
    try:
        held = read_json(_file(dataset_id))
    except (FileNotFoundError, Corrupt):
        return []
    return [view for view in map(_as_view, held if isinstance(held, list) else []) if view is not None]


def _as_view(held: object) -> SavedView | None:
    """Return what a file holds as a view, None where it is none: somebody may have edited it."""
    if (
        not isinstance(held, dict)
        or not isinstance(held.get("name"), str)
        or not isinstance(held.get("query"), dict)
    ):
        return None
    query = {str(name): str(value) for name, value in held["query"].items()}
    return SavedView(held["name"], query, held.get("selection"))
