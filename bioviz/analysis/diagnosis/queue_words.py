"""How the queue of missed calls is ranked, in words."""

from __future__ import annotations

from bioviz.analysis.diagnosis.queues import Queue
from bioviz.analysis.unit_words import UnitWords


def ranked_in_words(queue: Queue, unit: str) -> str:
    """Say in a sentence which background comes first in the queue of missed calls.

    Parameters
    ----------
    unit
        Noun of the unit of independence.
    """
    ranking = queue.ranking
    calls = f"annotated calls of {UnitWords(unit).other}"
    by_sound = f"whose spectrogram is at some moment most like {calls}"
    by_embedding = "that sound most like calls against the rest of their own recording"
    if ranking is None or ranking.templates is None or ranking.embedding is None:
        return f"Background clips, those first {by_embedding}."
    by, other, scores = by_embedding, f"likeness to {calls}", (ranking.embedding, ranking.templates)
    if ranking.by == "templates":
        by, other, scores = by_sound, "the embedding", scores[::-1]
    return (
        f"Background clips, those first {by}: annotated calls are told from background better so than by {other} "
        f"(AUROC {scores[0]:.2f} against {scores[1]:.2f})."
    )


def stand_out_by(queue: Queue, one: bool) -> str:
    """Say what clips that stand out do, to follow "stands out:" (if `one`) or "stand out:"."""
    its = "its" if one else "their"
    if queue.ranking is not None and queue.ranking.by == "templates":
        return (
            f"{'it is' if one else 'they are'} like annotated calls, or {its} neighbors carry labels, more than chance "
            "brings"
        )
    return f"{its} neighbors carry labels more often than chance brings"
