"""What the fine-tunings of a grid taught: a claim about fine-tuned models says little where they learned nothing."""

from __future__ import annotations

from collections import Counter

from bioviz.errors import BiovizError
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.study.result import StudyResult
from bioviz.training.outcome import LESS, MORE, NOT_MORE, NOTHING, UNTOLD

_WORDS = {
    MORE: "taught more than a linear probe on the model as it was",
    NOT_MORE: "taught no more than that probe",
    LESS: "did harm",
    NOTHING: "taught nothing",
    UNTOLD: "cannot be told, as the test has too few recordings",
}


def outcomes(result: StudyResult) -> dict[str, str]:
    """Return what each fine-tuning came to (`training.outcome`), by its cell's key; one that is gone is left out."""
    kinds = {}
    for cell, name in result.checkpoints.items():
        if not name.startswith(FINETUNED):
            continue
        try:
            kinds[cell] = checkpoints.get(name.removeprefix(FINETUNED)).record.outcome.kind
        except BiovizError:  # deleted since
            continue
    return kinds


def training_words(result: StudyResult) -> str:
    """Say how many fine-tunings taught what; "" where nothing was fine-tuned."""
    counts = Counter(outcomes(result).values())
    told = [f"{counts[kind]} {words}" for kind, words in _WORDS.items() if counts[kind]]
    if not told:
        return ""
    total = sum(counts[kind] for kind in _WORDS)
    return (
        f"Of {total} fine-tunings {'; '.join(told)}. What is said of fine-tuned models here rests on these."
    )
