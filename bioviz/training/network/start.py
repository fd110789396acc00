"""The classifier that a fine-tuning starts from: a linear probe solved on the frozen embeddings (LP-FT).

With a classifier drawn at random the first steps tear the trained features apart to suit it; from the probe on,
training only has to improve (Kumar et al. 2022, Fine-tuning can distort pretrained features, ICLR).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from bioviz.analysis.scores.probe import fit_probes
from bioviz.analysis.statistics.folds import folds
from bioviz.training.network.objective import Objective

N_FOLDS = 5
_USUAL_SCALE = 8.0  # of logits to regression scores; towards it where the clips do not tell
_PULL = 1e-3


@dataclass(frozen=True)
class LinearHead:
    """A linear classifier on the embedding.

    Attributes
    ----------
    weight : Tensor, shape (outputs, D), float32
    bias : Tensor, shape (outputs,), float32
    """

    weight: torch.Tensor
    bias: torch.Tensor

    def logits(self, embeddings: np.ndarray) -> np.ndarray:
        """(n, outputs) float32 for (n, D) embeddings."""
        return (torch.from_numpy(embeddings) @ self.weight.T + self.bias).numpy()


def probe_head(
    embeddings: np.ndarray, rows: np.ndarray, recording: np.ndarray, objective: Objective
) -> LinearHead:
    """Solve the linear probe of the training clips, its scores scaled to be logits.

    The probe is the ridge regression that the scores of a run report. Its scores near 0 and 1 are made logits by a
    scale (for clips with several labels also an offset, each label its own), which does not change their order.
    Strength and scale are those with the least loss on clips that the probe did not see.

    Parameters
    ----------
    embeddings : ndarray, shape (n, D), float32
        Of the training clips.
    rows : ndarray of int, shape (n,)
        The training clips, in the dataset.
    recording : ndarray of int, shape (n,)
        Recordings of the clips; folds keep them together.
    objective : Objective
    """
    targets = objective.indicators(rows)
    strata = targets.argmax(axis=1) + targets.any(axis=1)
    fitted = []
    for probe in fit_probes(embeddings, targets, folds(strata, N_FOLDS, groups=recording)):
        scale, offset = _calibrated(probe.out_of_fold, rows, objective)
        logits = torch.from_numpy((probe.out_of_fold * scale + offset).astype(np.float32))
        fitted.append((float(objective.loss(logits, rows)), probe, scale, offset))
    _, probe, scale, offset = min(fitted, key=lambda fit: fit[0])
    return LinearHead(
        torch.from_numpy((probe.weights * scale).T.astype(np.float32)).contiguous(),
        torch.from_numpy((probe.bias * scale + offset).astype(np.float32)),
    )


def _calibrated(scores: np.ndarray, rows: np.ndarray, objective: Objective) -> tuple[np.ndarray, np.ndarray]:
    """Return (outputs,) scale and offset that make logits of scores."""
    outputs = scores.shape[1]
    known = torch.from_numpy(scores.astype(np.float32))
    log_scale = torch.full(
        (1 if objective.one_label else outputs,), math.log(_USUAL_SCALE), requires_grad=True
    )
    offset = torch.full((outputs,), 0.0 if objective.one_label else -_USUAL_SCALE / 2)
    offset.requires_grad_(not objective.one_label)
    learnt = [log_scale] if objective.one_label else [log_scale, offset]
    optimizer = torch.optim.LBFGS(learnt, max_iter=100, line_search_fn="strong_wolfe")
    total = objective.scale(rows)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = objective.loss(known * log_scale.exp() + offset, rows) / total
        value = value + _PULL * (log_scale - math.log(_USUAL_SCALE)).square().mean()
        value.backward()
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    scale = log_scale.detach().exp().clamp(0.1, 100.0).expand(outputs).numpy().astype(np.float64)
    return scale, offset.detach().numpy().astype(np.float64)
