"""What is said first: the head sentences of Diagnose, Explore and Compare, the cards' marks, and the tour's sentences.

Each of them only chooses among what is judged elsewhere. Here the choice itself is counted: nothing is there, and how
often does the head, a card or the tour say that something is?
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.cluster import KMeans

from bioviz.analysis.comparison.headline import headline as compared_headline
from bioviz.analysis.comparison.headline import nothing_held
from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.diagnosis.verdict.clause import Clause
from bioviz.analysis.diagnosis.verdict.headline import headline
from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.misclustered.chance import placement_chance
from bioviz.analysis.misclustered.placement import placement
from bioviz.ui.compare.cards import cards as compare_cards
from bioviz.ui.diagnose.cards import causes_card
from bioviz.ui.tour import words
from tests.calibration.registry import Row, Simulation
from tests.calibration.simulations.comparison import compared
from tests.calibration.simulations.triage import world as faint_world
from tests.calibration.worlds import World, embedding, properties, recordings, targets

UNITS, CLIPS, LABELS, SITES = 30, 10, 4, 10
Outcome = Mapping[str, tuple[float, float]]


def made(rng: np.random.Generator, *, apart: float) -> World:
    """Recordings at sites, with sound that has nothing to do with confusion; labels `apart`, or at random at 0.

    In half of the datasets clips of a recording are alike.
    """
    recording = recordings(UNITS, CLIPS)
    kinds = targets(rng, recording, LABELS, 0.5)
    x = embedding(rng, kinds, recording, apart=apart, leak=float(rng.integers(0, 2)))
    site = rng.integers(0, SITES, UNITS)[recording]
    hour = rng.integers(0, 24, UNITS)[recording]
    return World(x, kinds, recording, LABELS, properties(rng, recording), site, hour)


def said_first(d: Diagnosis, *, right: tuple[str, ...] = ()) -> dict[str, bool]:
    """Whether something is claimed where it is read first, claims of the kinds `right` aside."""
    claim = headline(verdict(d)).backed_by
    _, chosen = words.why(d)
    head, tour = (
        clause is not None and clause.claim and not _is_right(clause, right) for clause in (claim, chosen)
    )
    return {"head": head, "card": any(line.strong for line in causes_card(d).lines), "tour": tour}


def _is_right(clause: Clause, right: tuple[str, ...]) -> bool:
    """It is so in these datasets: clips of a recording can be alike."""
    return clause.kind in (*right, "leak") or clause.refs.get("attribute") == "recording"


def _told(outcomes: Mapping[str, bool]) -> Outcome:
    found = {name: (float(is_said), 1.0) for name, is_said in outcomes.items()}
    return {**found, "any": (float(any(outcomes.values())), 1.0)}


def nothing_there(rng: np.random.Generator) -> Outcome:
    """Labels that the embedding knows nothing of; the map's sentence too."""
    world = made(rng, apart=0.0)
    d = world.diagnose()
    clusters = KMeans(LABELS + 1, n_init=1, random_state=0).fit_predict(world.x)
    chance = placement_chance(
        clusters, world.label_matrix, world.recording, placement(clusters, world.label_matrix)
    )
    against = None if chance.wrong_side is None else chance.wrong_side.against
    low = d.labels.low[d.labels.ranking[:1]]
    return _told(
        {
            **said_first(d),
            "map": against in ("fewer", "more"),
            "worst": bool((low > 0.5).any()) and bool(words.worst_label(d)),
        }
    )


def nothing_wrong(rng: np.random.Generator) -> Outcome:
    """Labels and background lie apart, whatever the site, the hour or the sound."""
    return _told(said_first(made(rng, apart=8.0).diagnose(), right=("separability",)))


def faint(rng: np.random.Generator) -> Outcome:
    """Faint calls sit in background."""
    d = faint_world(rng, True, True).diagnose()
    found = said_first(d, right=("separability",))
    return {name: (float(is_said), 1.0) for name, is_said in found.items()}


def alike(rng: np.random.Generator) -> Outcome:
    """Two models drawn alike."""
    changes = compared(rng, 20, 2.0, 2.0)
    return _told(
        {
            "head": compared_headline(changes) != nothing_held(changes),
            "card": bool(compare_cards(changes)),
            "tour": words.score_beyond_chance(changes.scores) is not None,
        }
    )


def better(rng: np.random.Generator) -> Outcome:
    """The right model puts the labels twice as far apart."""
    changes = compared(rng, 24, 1.5, 3.0)
    text = compared_headline(changes)
    return {
        "head": (float(text != nothing_held(changes)), 1.0),
        "wrong": (float("worse" in text or "more mixed" in text or "less pure" in text), 1.0),
        "tour": (float(words.score_beyond_chance(changes.scores) is not None), 1.0),
    }


def _rows(world: str, *, more: tuple[Row, ...] = ()) -> tuple[Row, ...]:
    return (
        Row("head", "the head sentence", world, 0.05, True),
        Row("card", "a marked line or card", world, 0.05, True),
        Row("tour", "the tour's sentence", world, 0.05, True),
        *more,
        Row("any", "any of these (family-wise)", world, 0.05, True),
    )


RANDOM = "Diagnose and Explore: labels by lot, 30 recordings"
APART = "Diagnose: labels and background apart, nothing wrong"
FAINT = "Diagnose: faint calls sit in background"
ALIKE, BETTER = "Compare: two models drawn alike", "Compare: one model twice as far apart"
SIMULATIONS = (
    Simulation(
        "heads.nothing_there",
        _rows(
            RANDOM,
            more=(
                Row("map", 'Explore: "by chance about ..."', RANDOM, 0.05, True),
                Row(
                    "worst",
                    'the tour: "Most mixed with background", its interval above 0.5',
                    RANDOM,
                    0.05,
                    True,
                ),
            ),
        ),
        nothing_there,
        small=6,
    ),
    Simulation("heads.nothing_wrong", _rows(APART), nothing_wrong, small=6),
    Simulation(
        "heads.faint",
        (
            Row("head", "the head says what is wrong (power)", FAINT, 0.5, False),
            Row("card", "a cause is marked (power)", FAINT, 0.9, False),
            Row("tour", "the tour says why (power)", FAINT, 0.5, False),
        ),
        faint,
    ),
    Simulation("heads.alike", _rows(ALIKE), alike, small=6),
    Simulation(
        "heads.better",
        (
            Row("head", "the head names a difference (power)", BETTER, 0.9, False),
            Row("tour", "the tour names a score (power)", BETTER, 0.9, False),
            Row("wrong", "the head says that something is worse", BETTER, 0.05, True),
        ),
        better,
    ),
)
