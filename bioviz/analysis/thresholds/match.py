"""Which scores of a model stand for which labels of a dataset, by their names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

MOST_SUGGESTED = 6
ALIKE, SHORTEST = 0.8, 5
"""Names that share so much of their letters (0 to 1) are spelled nearly alike; of so many letters at least."""


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


def suggested(labels: Sequence[str], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return for each label the scores that may stand for it, the likeliest first, for somebody to confirm.

    Likeliest are those of the same name, then four-letter codes of common names (NOCA for Northern Cardinal), names
    that hold all words of the label (boobook: Southern Boobook), then names that are spelled nearly alike.
    """
    forms: dict[str, list[str]] = {}
    codes: dict[str, list[str]] = {}
    words: dict[str, list[str]] = {}
    for name in names:
        halves = name.split("_", 1)
        for form in dict.fromkeys(_plain(each) for each in (*halves, name)):
            forms.setdefault(form, []).append(name)
        codes.setdefault(_code(_plain(halves[-1])), []).append(name)
        for word in dict.fromkeys(_plain(name).split()):
            words.setdefault(word, []).append(name)
    return {label: _likely(label, forms, codes, words) for label in labels}


def _likely(
    label: str, forms: Mapping[str, list[str]], codes: Mapping[str, list[str]], words: Mapping[str, list[str]]
) -> tuple[str, ...]:
    plain = _plain(label)
    if not plain:
        return ()
    suggested = list(forms.get(plain, ()))
    if label.isupper() and len(plain) == 4:
        suggested += codes.get(plain, ())
    each = [words.get(word) or words.get(word.removesuffix("s"), ()) for word in plain.split()]
    rarest = min(each, key=len)
    suggested += sorted((name for name in rarest if all(name in others for others in each)), key=len)
    if not suggested and len(plain) >= SHORTEST:
        near = difflib.get_close_matches(plain, forms, n=MOST_SUGGESTED, cutoff=ALIKE)
        suggested += [name for form in near for name in forms[form]]
    return tuple(dict.fromkeys(suggested))[:MOST_SUGGESTED]


def _code(common: str) -> str:
    """Return the four-letter code that bird banders form of a common name; "" of an empty one."""
    words = common.split()
    lengths = {1: (4,), 2: (2, 2), 3: (1, 1, 2)}.get(len(words), (1, 1, 1, 1))
    return "".join(word[:length] for word, length in zip(words, lengths, strict=False))


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
