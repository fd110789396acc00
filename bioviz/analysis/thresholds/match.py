"""Which scores of a model stand for which labels of a dataset, by their names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np


def matched(labels: Sequence[str], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Find for each label the score of the same name; () where none or several are.

    Letters count, not case, accents, hyphens or underscores. A name such as "Corvus corax_Northern Raven" answers to
    each of its halves and to the whole.
    """
    by_name: dict[str, set[str]] = {}
    for name in names:
        for form in {name, *name.split("_", 1)}:
            by_name.setdefault(_plain(form), set()).add(name)
    candidates = {label: by_name.get(_plain(label), set()) for label in labels}
    return {label: tuple(names) if len(names) == 1 else () for label, names in candidates.items()}


def of_labels(
    scores: np.ndarray, names: Sequence[str], labels: Sequence[str], mapping: Mapping[str, Sequence[str]]
) -> np.ndarray:
    """Return (n, L) float32, the highest score of those that stand for each label; NaN where none does.

    Parameters
    ----------
    scores : (n, S) float
    names
        Of the S scores.
    mapping
        Label to names of scores; names that are not there are passed over.

    """
    column = {name: i for i, name in enumerate(names)}
    out = np.full((len(scores), len(labels)), np.nan, dtype=np.float32)
    for j, label in enumerate(labels):
        own = [column[name] for name in mapping.get(label, ()) if name in column]
        if own:
            out[:, j] = scores[:, own].max(axis=1)
    return out


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    unaccented = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", unaccented).strip()
