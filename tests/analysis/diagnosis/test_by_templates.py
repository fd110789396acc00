"""Missed calls by templates: chance is what the calls played backwards bring, and the better ranking is taken."""

from __future__ import annotations

import numpy as np
import pytest

from bioviz.analysis.diagnosis.queue_words import ranked_in_words, stand_out_by
from bioviz.analysis.diagnosis.queues import Queue, Ranking, queues, ranked_by
from bioviz.analysis.neighbors.knn import knn_both
from bioviz.analysis.neighbors.noise_confusion import noise_confusion
from bioviz.analysis.scores.template_scores import decoy_p, template_scores

UNITS, EACH = 20, 20
N = UNITS * EACH


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_what_resembles_calls_as_much_as_them_backwards_has_p_as_chance_has(rng):
    scores = rng.normal(size=(2000, 2))
    assert np.quantile(decoy_p(scores), 0.05) == pytest.approx(0.05, abs=0.015)
    assert decoy_p(scores).min() > 0.05 / 2000


def test_what_resembles_calls_more_has_a_small_p_and_what_is_unknown_has_none(rng):
    scores = np.abs(rng.normal(size=(200, 2)))
    scores[:5, 0] = 20
    scores[5] = np.nan
    p = decoy_p(scores)
    assert p[:5].max() < 1 / 201 and p[5] == 1 and (p <= 1).all()


def test_labels_are_put_on_one_scale(rng):
    alike = rng.uniform(0.1, 0.2, (N, 2, 2))
    alike[:, 1] *= 0.1  # a label whose calls nothing resembles much
    alike[0, 1, 0] = 0.09
    alike[1] = np.nan
    scores = template_scores(alike, np.ones(N, bool))
    assert scores[0, 0] == np.nanmax(scores) and np.isnan(scores[1]).all()
    assert np.isnan(template_scores(np.zeros((N, 0, 2)), np.ones(N, bool))).all()


def parts(rng, flagged: np.ndarray):
    """An embedding that knows nothing, and templates that know the calls and what is `flagged`."""
    units = np.repeat(np.arange(UNITS), EACH)
    labelled = rng.random(N) < 0.15
    x = rng.normal(size=(N, 8)).astype(np.float32)
    graphs = knn_both(x, 20, units)
    alike = rng.uniform(0.05, 0.15, (N, 2))
    alike[labelled | flagged, 0] += 0.6
    background = ~labelled
    given = (
        noise_confusion(graphs[1], background, units),
        graphs[1],
        x,
        background,
        units,
        background.astype(np.int64),
    )
    return given, rng.normal(size=N), alike, background


def test_single_clips_are_named_and_no_recording_as_a_whole(rng):
    units = np.repeat(np.arange(UNITS), EACH)
    single = (np.arange(N) % 41 == 0) & (units > 0)
    given, by_embedding, alike, background = parts(rng, single | (units == 0))
    first, _ = queues(*given, by_embedding, by_templates=alike)
    said = first.rows[: first.beyond]
    assert first.ranking.by == "templates" and first.p < 0.05
    assert set(said) == set(np.flatnonzero(single & background))
    assert (np.diff(alike[first.rows[first.beyond :], 0]) <= 0).all()
    without, _ = queues(*given, by_embedding)
    assert without.ranking.by == "embedding" and without.beyond == 0


def test_the_embedding_ranks_where_it_tells_annotated_calls_better(rng):
    given, _, alike, background = parts(rng, np.zeros(N, bool))
    knows = np.where(background, 0.0, 1.0) + 0.01 * rng.normal(size=N)
    alike[::3, 0] = rng.random(len(alike[::3]))
    assert ranked_by(knows, alike, background, background).by == "embedding"
    assert queues(*given, knows, by_templates=alike)[0].ranking.by == "embedding"
    some = alike.copy()
    some[: N // 3] = np.nan
    assert ranked_by(rng.normal(size=N), some, background, background).by == "embedding", "most is unknown"


def test_the_ranking_is_said_with_figures_where_there_are_two():
    def queue(ranking: Ranking | None) -> Queue:
        return Queue(np.arange(3), np.zeros(3), np.zeros(3), 1, 0.01, ranking)

    by_sound = ranked_in_words(queue(Ranking("templates", 0.84, 0.62)), "site")
    assert "annotated calls of other sites" in by_sound and "0.84 against 0.62" in by_sound
    by_embedding = ranked_in_words(queue(Ranking("embedding", 0.62, 0.84)), "site")
    assert "rest of their own recording" in by_embedding and "0.84 against 0.62" in by_embedding
    assert "AUROC" not in ranked_in_words(queue(None), "site")
    assert "like annotated calls" in stand_out_by(queue(Ranking("templates", 0.8, 0.6)), one=True)
    assert stand_out_by(queue(None), one=False).startswith("their neighbors")
