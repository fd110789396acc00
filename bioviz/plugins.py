"""What other installed packages bring: modules named by their entry points."""

from __future__ import annotations

import logging
from importlib.metadata import entry_points
from types import ModuleType


def modules(group: str) -> list[ModuleType]:
    """Return the modules that installed packages name in an entry point group, by name.

    One that cannot be imported is logged and left out, so that another package's fault stops nothing.

    Parameters
    ----------
    group : str
        For example "bioviz.models".
    """
    loaded = []
    for entry in sorted(entry_points(group=group), key=lambda each: each.name):
        try:
            loaded.append(entry.load())
        except Exception as error:
            logging.getLogger(__name__).warning(
                "%s (%s) could not be loaded: %s", entry.name, entry.value, error
            )
    return loaded
