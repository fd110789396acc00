"""In which encoding a text was written that is neither UTF-8 nor UTF-16: the one whose letters make words.

Old programs write one byte a letter, and do not say by which list: "é" of a Mac is "Ž" on Windows. Wrong letters show:
a capital or a sign within a word, letters of two scripts side by side. What was assumed is said in the report.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

ENCODINGS = {  # codec -> name in the user's words; of those that fit equally well, the first
    "cp1252": "Western European (Windows)",
    "mac_roman": "Western European (older Macs)",
    "cp850": "Western European (DOS)",
    "cp1250": "Central European (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "cp866": "Cyrillic (DOS)",
    "cp932": "Japanese (Shift JIS)",
    "gb18030": "Chinese (GB 18030)",
    "cp949": "Korean",
}
_WESTERN = frozenset("äöüßåæøéèêëàâáãçíìîïñóòôõúùûýœÿÄÖÜÅÆØÉÈÊÀÁÂÃÇÍÎÏÑÓÔÕÚÜŒ")
_CENTRAL = frozenset("äöüßáéíóúýôëçąćęłńśźżčďěňřšťůžľĺŕőűăâîşţÄÖÜÁÉÍÓÚÝÔĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮŽĽŐŰĂÂÎŞŢ")
_USUAL = {"cp1252": _WESTERN, "mac_roman": _WESTERN, "cp850": _WESTERN, "cp1250": _CENTRAL}
_SIGNS = frozenset("°µ²³½¼¾×±€£§©®™–—…·’‘“”„‚«»‹›•¿¡ªº\u00a0")
_WITHIN_WORDS = frozenset("’·'-")
_OPENING = frozenset("“„‚‘«‹¿¡")
_LINES, _LONGEST = 400, 4096  # that are looked at
_PLAUSIBLE, _CLEARLY = 0.2, 0.15  # mean cost of a letter; by how much others must be worse


@dataclass(frozen=True)
class Encoding:
    """How a text was read that is neither UTF-8 nor UTF-16.

    Attributes
    ----------
    codec : str
        Of ENCODINGS.
    sure : bool
        Whether the letters make words as with no other encoding; the Windows one is taken where several do.
    examples : tuple of str
        Up to five words with letters that another encoding would read otherwise.
    """

    codec: str
    sure: bool
    examples: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name in the user's words."""
        return ENCODINGS[self.codec]


def guess_encoding(lines: Iterable[bytes]) -> Encoding:
    """Tell the encoding of lines that are not UTF-8.

    Parameters
    ----------
    lines : iterable of bytes
        Without their ends; the first ones decide.
    """
    looked_at: dict[bytes, None] = {}
    for line in lines:
        looked_at[line[:_LONGEST]] = None
        if len(looked_at) == _LINES:
            break
    costs = {codec: _cost(looked_at, codec) for codec in ENCODINGS}
    best = min(costs, key=costs.__getitem__)
    texts = [line.decode(best, "replace") for line in looked_at]
    rivals = (costs[codec] for codec in ENCODINGS if codec not in (best, "cp1252"))
    is_apart = best == "cp1252" or min(rivals, default=1.0) - costs[best] >= _CLEARLY
    words = dict.fromkeys(
        word for text in texts for word in re.findall(r"[^\W_]+", text) if not word.isascii()
    )
    return Encoding(best, costs[best] <= _PLAUSIBLE and is_apart, tuple(words)[:5])


def _cost(lines: Iterable[bytes], codec: str) -> float:
    """Return how implausible the letters are that a codec makes of lines, 0 to 1; 2 where it fails."""
    costs: list[float] = []
    for line in lines:
        try:
            text = f" {line.decode(codec)} "
        except UnicodeDecodeError:
            return 2.0
        costs += [
            _cost_of(text[i - 1], text[i], text[i + 1], _USUAL.get(codec, frozenset()))
            for i in range(1, len(text) - 1)
            if text[i] > "\x7f"
        ]
    return sum(costs) / len(costs) if costs else 0.0


def _cost_of(before: str, char: str, after: str, usual: Collection[str]) -> float:
    """Return how implausible a character is between its neighbors, 0 to 1; `usual` are Latin letters to expect."""
    in_word = [each.isalpha() for each in (before, after)]
    if unicodedata.category(char) in ("Cc", "Cn", "Co"):
        return 1.0
    if not char.isalpha() or char in "ªº":
        if all(in_word):
            return 0.0 if char in _WITHIN_WORDS else 1.0
        if in_word[0] and char in _OPENING:
            return 1.0
        return 0.0 if char in _SIGNS else 0.6 if any(in_word) else 0.4
    scripts = {_script(each) for each in (before, char, after) if each.isalpha()}
    if len(scripts) > 1:
        return 1.0
    if any(a.islower() and b.isupper() for a, b in pairwise((before, char, after))):
        return 1.0
    if before.isupper() and after.isalpha() and char.isupper() != after.isupper():
        return 1.0
    if _script(char) != "LATIN":
        return 0.5 if _script(char) == "HALFWIDTH" else 0.1 if char.isupper() and before.isupper() else 0.0
    crowded = 0.2 if any(each.isalpha() and each > "\x7f" for each in (before, after)) else 0.0
    return crowded + (0.0 if char in usual else 0.4)


def _script(char: str) -> str:
    """Return the script of a letter, such as LATIN or CYRILLIC; those of East Asia are one."""
    name = unicodedata.name(char, "").partition(" ")[0]
    return "EAST ASIAN" if name in {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL"} else name
