"""How labels are spelled."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=16384)  # a million annotations have few labels
def clean(label: str) -> str:
    """One spelling of a label: composed Unicode, single blanks, no control characters (they would break tables)."""
    text = unicodedata.normalize("NFC", label)
    text = "".join(" " if unicodedata.category(ch) == "Cc" else ch for ch in text)
    return " ".join(text.split())
