"""Settings as they stand in a link: text that is read value by value; what cannot be used is said in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Parser = Callable[[str], Any]  # raises ValueError with "it must be ..." for what cannot be used

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_SHOWN = 40  # characters of a bad value that a sentence repeats


def read(
    query: Mapping[str, str], parsers: Mapping[str, Parser], usual: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Read the parameters that have a parser; others are left alone.

    Parameters
    ----------
    query
        Name to text, as in a link.
    parsers
        How each parameter is read.
    usual
        The value of each where the link has none.

    Returns
    -------
    The values, usual ones included, and for every value that cannot be used a sentence that names the
    parameter, what is allowed and what stands in for it.

    """
    values, sentences = dict(usual), []
    for name, parse in parsers.items():
        if name not in query:
            continue
        try:
            values[name] = parse(str(query[name]))
        except ValueError as error:
            sentences.append(not_used(name, query[name], str(error), usual[name]))
    return values, sentences


def not_used(name: str, value: object, allowed: str, instead: object) -> str:
    """Return the sentence on a value of a link that cannot be used.

    Parameters
    ----------
    allowed
        What could be used, as in "it must be one of a, b".
    instead
        What is used; "" or -1 where the setting is left out.

    """
    text = "".join(letter if letter.isprintable() else " " for letter in str(value))
    shown = text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")
    stand_in = "It is left out." if instead in ("", -1) else f"{as_text(instead)} is used instead."
    return f"The link's {name} “{shown}” cannot be used: {allowed}. {stand_in}"


def as_text(value: object) -> str:
    """Return a value as it stands in a link."""
    return str(int(value)) if isinstance(value, bool) else str(value)


def anything(text: str) -> str:
    """Return a name; whether there is such a thing is for the page to find out."""
    return text


def choice(*allowed: str) -> Parser:
    """One of some words."""

    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"it must be one of {', '.join(allowed)}")
        return text

    return parse


def whole(low: int, high: int) -> Parser:
    """Return a whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not _WHOLE.fullmatch(text.strip()) or not low <= int(text) <= high:
            raise ValueError(f"it must be a whole number from {low} to {high}")
        return int(text)

    return parse


def real(low: float, high: float) -> Parser:
    """Return a number from `low` to `high`."""

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:  # not a number fails the comparison too
            raise ValueError(f"it must be a number from {low:g} to {high:g}")
        return value

    return parse


def switch(text: str) -> bool:
    """0 or 1."""
    return choice("0", "1")(text) == "1"


def json_object(text: str) -> str:
    """Return a JSON object, as text."""
    try:
        is_object = isinstance(json.loads(text or "{}"), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise ValueError('it must be a JSON object, as in {"k":10}')
    return text
