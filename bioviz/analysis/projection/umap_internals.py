"""All that is taken of umap-learn beside its class `UMAP`: functions that another version may move or change.

Import it inside functions alone: umap-learn compiles while it is loaded.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from bioviz.errors import BadInput

SUPPORTED = ("0.5.9", "0.6")
"""The first version that these functions were tried with, and the first that they were not."""


def check_version(installed: str | None = None) -> None:
    """Check that umap-learn is of a version whose inner functions are known.

    Parameters
    ----------
    installed : str or None
        A version; None for the one that is installed.

    Raises
    ------
    BadInput
        It is not; says what to install.
    """
    installed = installed or version("umap-learn")
    if not _numbers(SUPPORTED[0]) <= _numbers(installed) < _numbers(SUPPORTED[1]):
        raise BadInput(
            f"This needs umap-learn {SUPPORTED[0]} or newer, below {SUPPORTED[1]}, but {installed} is installed. "
            'Run: pip install "umap-learn==0.5.12"'
        )


def _numbers(text: str) -> tuple[int, ...]:
    """Return a version's numbers, to compare: "0.5.9.post2" is (0, 5, 9)."""
    parts = []
    for part in text.split("."):
        if not part.isdigit():
            break
        parts.append(int(part))
    return tuple(parts)


check_version()

from umap import layouts, umap_  # noqa: E402 (the check comes first, so that it speaks before an import fails)

__all__ = ["compiled_functions"]


def compiled_functions() -> tuple[Any, ...]:
    """Return what umap-learn compiles anew in every process (numba functions, which can be told to cache)."""
    return (
        umap_.smooth_knn_dist,
        umap_.compute_membership_strengths,
        layouts._nb_optimize_layout_euclidean_single_epoch,
    )
