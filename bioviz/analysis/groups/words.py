"""What tells two groups of clips apart, as lines of a table and in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bioviz.analysis.features import feature
from bioviz.analysis.groups.effects import Effect
from bioviz.analysis.neighbors.jackknife import MIN_UNITS
from bioviz.analysis.unit_words import UnitWords

BELIEVED_Q = 0.05


def lines(effects: Sequence[Effect], names: tuple[str, str]) -> list[dict[str, object]]:
    """Return a line of a table for each effect: values with their units, delta a number."""
    sentences = []
    for effect in effects:
        name = feature(effect.feature)
        sentences.append(
            {
                "property": name.title,
                f"median of {names[0]}": _value(effect, effect.median_a),
                f"median of {names[1]}": _value(effect, effect.median_b),
                "difference": difference_text(effect.feature, effect.difference, signed=True),
                "95 % interval": interval_text(effect),
                "Cliff's delta": effect.delta,
                "q": q_text(effect.q),
            }
        )
    return sentences


def sentences(
    effects: Sequence[Effect], names: tuple[str, str], most: int = 3, unit: str = "recording"
) -> list[str]:
    """Return the strongest differences that chance does not explain, or what to say where there is none."""
    if not effects:
        return []
    if all(effect.q is None for effect in effects):
        return [
            f"One group comes from {UnitWords(unit).fewer_than(MIN_UNITS)}, so how far a difference can be believed is "
            "unknown."
        ]
    believed = [effect for effect in effects if effect.q is not None and effect.q < BELIEVED_Q]
    if not believed:
        return [f"Nothing that is measured tells {names[0]} from {names[1]} beyond chance."]
    return [_sentence(effect, names) for effect in believed[:most]]


def _value(effect: Effect, value: float) -> str:
    return feature(effect.feature).text(value).replace("-", "−")


def _sentence(effect: Effect, names: tuple[str, str]) -> str:
    name = feature(effect.feature)
    title = name.title[:1].upper() + name.title[1:]
    first, second = names
    higher = first if effect.delta > 0 else second
    share = 50 + 50 * abs(effect.delta)
    odds = f"of two clips, one of each, that of {higher} has the higher value in {share:.0f} of 100"
    measured = f"Cliff's delta {signed(effect.delta, 2)}, q {q_text(effect.q, equals=True)}"
    if effect.difference * effect.delta <= 0:  # the medians say nothing, or something else
        way = "higher" if effect.delta > 0 else "lower"
        return f"{title} tends to be {way} in {first} than in {second}: {odds} ({measured})."
    way = "higher" if effect.difference > 0 else "lower"
    size = difference_text(effect.feature, abs(effect.difference))
    spread = f" (95 % interval {interval_text(effect)})" if effect.low is not None else ""
    return f"{title} is {size} {way} in {first} than in {second}{spread}: {odds} ({measured})."


def difference_text(name: str, value: float, signed: bool = False) -> str:
    """Return a difference with its unit: decibels for levels, percentage points for shares."""
    words = feature(name)
    if words.unit == "dBFS":
        words = replace(words, unit="dB")
    text = f"{100 * abs(value):.0f} percentage points" if words.unit == "share" else words.text(abs(value))
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    return sign + text


def interval_text(effect: Effect) -> str:
    """Return the interval of the difference, or that it is not known."""
    if effect.low is None or effect.high is None:
        return "unknown"
    low, high = (difference_text(effect.feature, value, signed=True) for value in (effect.low, effect.high))
    number, _, unit = low.partition(" ")
    return f"{number} to {high}" if unit and high.endswith(f" {unit}") else f"{low} to {high}"


def signed(value: float, digits: int) -> str:
    """Return a number with its sign, a true minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def q_text(q: float | None, equals: bool = False) -> str:
    """Q in two digits, "< 0.001" below; `equals` for use in a sentence."""
    if q is None:
        return "unknown"
    if q < 0.001:
        return "< 0.001"
    return f"{'= ' if equals else ''}{q:.3f}" if q < 0.1 else f"{'= ' if equals else ''}{q:.2f}"
