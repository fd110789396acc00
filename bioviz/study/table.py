"""Scores together with what is known of their datasets: what claims and questions are put to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bioviz.study.published import WITH_BACKGROUND, published
from bioviz.study.scores import Contender, Score, difference

PUBLISHED, OURS, DIFFERENCE = "published", "ours", "difference"
LAYERS = {PUBLISHED: "Published", OURS: "Ours", DIFFERENCE: "Ours − published"}


@dataclass(frozen=True)
class StudyTable:
    """A layer of the page.

    Attributes
    ----------
    layer : str
        One of `LAYERS`.
    scores : tuple of Score
    with_background : frozenset of str
        Datasets that hold background.
    titles : dict
        What models are called, by name.

    """

    layer: str
    scores: tuple[Score, ...]
    with_background: frozenset[str]
    titles: Mapping[str, str] = field(default_factory=dict)

    def name(self, contender: Contender) -> str:
        """Say what a contender is."""
        return contender.words(self.titles.get(contender.model, contender.model))


def published_table(titles: Mapping[str, str]) -> StudyTable:
    """Return the layer of the published values."""
    return StudyTable(PUBLISHED, published(), frozenset(WITH_BACKGROUND), titles)


def difference_table(ours: StudyTable) -> StudyTable:
    """Return the layer of ours less published."""
    return StudyTable(
        DIFFERENCE, tuple(difference(ours.scores, published())), ours.with_background, ours.titles
    )
