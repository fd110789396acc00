"""What is said of the lists of misclustered clips: numbers beside what chance alone would give, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from bioviz.analysis.misclustered.chance import Chance, PlacementChance
from bioviz.analysis.misclustered.placement import AMONG_BACKGROUND, AMONG_LABELLED, MIXED
from bioviz.analysis.unit_words import UnitWords

MIN_CLIPS = 5
"""Clips of a side below which nothing is said of it."""
NEARLY_NONE = 0.05
"""Share of the clips on the wrong side up to which the clusters are said to tell the sides apart."""
HOW = {"fewer": "fewer than by chance", "as": "no more than by chance", "more": "more than by chance"}
TITLES: Mapping[str, str] = {
    AMONG_BACKGROUND: "Labelled among background",
    AMONG_LABELLED: "Background among labelled",
    MIXED: "Labels mixed",
    "with_its_label": "With its label",
    "background": "Background among background",
    "no_cluster": "In no cluster",
}
SHORT: Mapping[str, str] = {
    AMONG_BACKGROUND: "label in background",
    AMONG_LABELLED: "background in labels",
    MIXED: "labels mixed",
    "with_its_label": "right label",
    "background": "background",
    "no_cluster": "no cluster",
}
"""The same in a legend, which has no room for more."""
ORDERS: Mapping[str, str] = {
    AMONG_BACKGROUND: "Labelled clips in clusters that are mostly background; first those with most background among "
    "their nearest neighbors.",
    AMONG_LABELLED: "Background clips in clusters of which at least half is labelled; first those with most labelled "
    "clips among their nearest neighbors.",
    MIXED: "Labelled clips in a cluster that stands for another label; first those with most clips of other labels "
    "among their nearest neighbors.",
}


def too_few(labelled: int, background: int) -> str:
    """Return a sentence where there are labelled or background clips, but too few of them to say anything; else ""."""
    for count, side in ((labelled, "labelled"), (background, "background")):
        if 0 < count < MIN_CLIPS:
            return f"{count} {side} {'clip' if count == 1 else 'clips'}: too few to say anything."
    return ""


def headline(counts: Mapping[str, int], chance: PlacementChance) -> str:
    """Say the strongest thing that holds of the clusters first, then how many labelled clips lie among background.

    Parameters
    ----------
    counts
        `Placement.counts`.

    """
    labelled, background = sides(counts)
    if not labelled:
        return "No clip on this map carries a label, so none can lie among background."
    if not background:
        return "There is no background on this map, so no labelled clip can lie among it."
    count = counts[AMONG_BACKGROUND]
    verb = "lies in a cluster that is" if count == 1 else "lie in clusters that are"
    text = f"{count:,} of {labelled:,} labelled clips {verb} mostly background{_beside(chance)}."
    against = None if chance.wrong_side is None else chance.wrong_side.against
    if against is None:  # nothing holds that chance could not bring
        return text
    if against != "fewer":
        return f"The clusters do not show that labelled clips differ from background: {text}"
    wrong = (count + counts[AMONG_LABELLED]) / (labelled + background)
    if wrong <= NEARLY_NONE:
        return f"The clusters tell labelled clips from background: {text}"
    return text


def sides(counts: Mapping[str, int]) -> tuple[int, int]:
    """(labelled clips, background clips) that are in a cluster."""
    labelled = counts[AMONG_BACKGROUND] + counts[MIXED] + counts["with_its_label"]
    return labelled, counts[AMONG_LABELLED] + counts["background"]


def against_chance(counts: Mapping[str, int], chance: PlacementChance, unit: str = "recording") -> str:
    """Return what the headline is worth: all clips on the wrong side against chance; "" without both sides."""
    side = chance.wrong_side
    if side is None:
        return ""
    text = (
        f"With the {counts[AMONG_LABELLED]:,} of {sides(counts)[1]:,} background clips in the other clusters, "
        f"{side.observed:,} clips are on the wrong side"
    )
    return _judged(text, side, chance.recordings, "", unit)  # what follows is in the headline


def mixed_against_chance(counts: Mapping[str, int], chance: PlacementChance, unit: str = "recording") -> str:
    """How many labelled clips lie with another label, against chance; "" where there are not two labels."""
    if chance.mixed is None:
        return ""
    among = counts[MIXED] + counts["with_its_label"]
    text = f"{chance.mixed.observed:,} of the {among:,} labelled clips in the other clusters lie with another label"
    return _judged(
        text, chance.mixed, chance.recordings, "The clusters do not show that the labels differ.", unit
    )


def _beside(chance: PlacementChance) -> str:
    side, among = chance.wrong_side, chance.among_background
    if side is None or among is None or side.against is None:
        return ""
    if side.against == "fewer":
        return f" (by chance about {among.expected:,.0f})"
    return f", {HOW[among.against if among.against == 'more' else 'as']} ({_span(among)})"


def _judged(text: str, chance: Chance, units: int, not_shown: str, unit: str) -> str:
    """Return the sentence `text` with how its number compares with chance; `not_shown` where it is not below it."""
    if chance.against is None:
        counted = UnitWords(unit).counted(units)
        return f"{text}. What chance would give cannot be told: {counted} {'is' if units == 1 else 'are'} too few."
    dealt = f"{_span(chance)} with the labels dealt out at random among the {UnitWords(unit).several}"
    end = "" if chance.against == "fewer" else not_shown
    return f"{text}: {HOW[chance.against]} ({dealt}). {end}".rstrip()


def _span(chance: Chance) -> str:
    return f"{chance.low:,}" if chance.low == chance.high else f"{chance.low:,} to {chance.high:,}"
