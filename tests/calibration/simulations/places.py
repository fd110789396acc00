"""Site, hour and recording that the embedding is said to follow, where it knows only species and where it follows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tests.calibration.registry import Row, Simulation
from tests.calibration.worlds import World, embedding, recordings

SENTENCE = '"Neighbors share the site 2.8 times as often as by chance"'
SITES = 5
EACH = 8
CLIPS = 10


def _world(rng: np.random.Generator, own: float, heard: float = 0.0, background: float = 0.5) -> World:
    """Sites with a species each, which `own` of a site's calls are of; `heard` is the size of the site's sound."""
    recording = recordings(SITES * EACH, CLIPS)
    site = recording // EACH
    n = len(recording)
    species = np.where(rng.random(n) < own, site, rng.integers(0, SITES, n)) + 1
    kinds = np.where(rng.random(n) < background, 0, species)
    x = embedding(rng, kinds, recording)
    x += heard * rng.normal(size=(SITES, x.shape[1]))[site].astype(np.float32)
    hour = rng.integers(0, 24, SITES * EACH)[recording]
    return World(x, kinds, recording, SITES, site=site, hour=hour)


def _said(world: World) -> Mapping[str, tuple[float, float]]:
    clauses = [clause for clause in world.verdict() if clause.kind == "place" and clause.claim]
    named = {clause.refs["attribute"] for clause in clauses}
    return {"site": ("site" in named, 1), "hour": ("hour" in named, 1)}


def site_is_species(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Each site has its own species; the embedding knows species and recording, not the site."""
    return _said(_world(rng, 1.0))


def site_is_mostly_species(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """Seven of ten calls of a site are of its own species."""
    return _said(_world(rng, 0.7))


def site_is_heard(rng: np.random.Generator) -> Mapping[str, tuple[float, float]]:
    """The sound of the site is in the embedding besides; its own species are there too."""
    return _said(_world(rng, 0.7, heard=1.5))


def _rows(site: str, hour: str, before: str) -> tuple[Row, ...]:
    return (
        Row("site", SENTENCE, site, 0.05, True, "100 %"),
        Row("hour", '"Neighbors share the hour ..."', hour, 0.05, True, before),
    )


SIMULATIONS = (
    Simulation(
        "places.site_is_species",
        _rows("each site has its own species; only species are known", "nothing is known of the hour", "7 %"),
        site_is_species,
        small=10,
    ),
    Simulation(
        "places.site_is_mostly_species",
        _rows("70 % of a site's calls are of its own species", "nothing is known of the hour", "1 %"),
        site_is_mostly_species,
    ),
    Simulation(
        "places.site_is_heard",
        (
            Row("site", SENTENCE, "the embedding knows the site too (power)", 0.9, False, "100 %"),
            Row("hour", '"Neighbors share the hour ..."', "nothing is known of the hour", 0.05, True, "10 %"),
        ),
        site_is_heard,
        small=6,
    ),
)
