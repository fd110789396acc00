"""What a diagnosis may claim: every claim has a p value, and all of one page are held to one level together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np

from bioviz.analysis.diagnosis.diagnose import Diagnosis
from bioviz.analysis.statistics.familywise import holm

Levels = Mapping[Hashable, float]


def allowed(d: Diagnosis) -> Levels:
    """Return the claims of the page that hold together, each with the level it was tested at."""
    return holm(claims(d))


def claims(d: Diagnosis) -> dict[Hashable, float | None]:
    """P of everything that the verdict may claim; causes are one family, tested together by max-T."""
    causes = [cause.p for cause in d.causes if np.isfinite(cause.p)]
    return {
        "apart": d.separability.p,
        "linear": d.separability.p_linear,
        ("leak", "background"): d.separability.p_leak,
        ("leak", "accuracy"): d.prediction.p_leak,
        "shortcut": min((shortcut.p for shortcut in d.shortcuts), default=None),
        **{("coarser", coarser.unit): coarser.p for coarser in d.coarser},
        "within": None if d.within_units is None else d.within_units.p,
        "cause": min(causes, default=None),
        **{("place", confound.name): confound.p for confound in d.confounds},
        "missed": d.missed.p,
        "faint": d.faint.p,
    }
