"""What is learnt, and how it is measured: one label a clip (cross-entropy) or any number (binary cross-entropy)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from bioviz.datasets.types import Dataset
from bioviz.training.network.metrics import average_precision, measures

HEAVIEST = 20.0  # largest weight of a rare label


@dataclass(frozen=True)
class Objective:
    """Targets and loss of a dataset.

    Attributes
    ----------
    one_label
        cross-entropy over `names`; else binary cross-entropy, background being a row of zeros.
    names
        Of the outputs; "background" comes first where it is one of them.
    targets : (N,) int64
        Output of each clip, or (N, L) float32.
    labels : (N, L) bool
    weights : (outputs,) float32
        Weight of an output's positive clips.

    """

    one_label: bool
    names: tuple[str, ...]
    targets: Tensor
    labels: np.ndarray
    weights: Tensor

    @property
    def metric(self) -> str:
        """What the best epoch is chosen by."""
        return "accuracy" if self.one_label else "macro_ap"

    def loss(self, logits: Tensor, rows: np.ndarray) -> Tensor:
        """Sum over some clips, to be divided by `scale` of all clips of the step."""
        weights = self.weights.to(logits.device)
        targets = self.targets[rows].to(logits.device)
        if self.one_label:
            return functional.cross_entropy(logits, targets, weights, reduction="sum")
        return functional.binary_cross_entropy_with_logits(
            logits, targets, pos_weight=weights, reduction="sum"
        )

    def scale(self, rows: np.ndarray) -> float:
        """Return what makes a mean of the sum: summed weights of the clips, or their number times that of labels."""
        if self.one_label:
            return float(self.weights[self.targets[rows]].sum())
        return float(len(rows) * len(self.names))

    def indicators(self, rows: np.ndarray) -> np.ndarray:
        """(n, outputs) bool: which outputs some clips should have."""
        if self.one_label:
            return self.targets[rows].numpy()[:, None] == np.arange(len(self.names))
        return self.labels[rows]

    def chance_loss(self, rows: np.ndarray) -> float:
        """Mean loss of the best answer that is the same for all clips: ln(labels) where all are as frequent.

        It is the entropy of the shares of the outputs (each clip and positive with its weight), a clip or, with
        several labels, a clip and label.
        """
        hits = self.indicators(rows).astype(np.float64)
        weights = self.weights.numpy().astype(np.float64)
        if self.one_label:
            shares = (hits * weights).sum(axis=0) / (hits * weights).sum()
            return float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())
        on, off = weights * hits.mean(axis=0), 1 - hits.mean(axis=0)
        shares = np.clip(on / (on + off), 1e-12, 1 - 1e-12)
        return float(-(on * np.log(shares) + off * np.log1p(-shares)).mean())

    def measure(self, logits: np.ndarray, rows: np.ndarray) -> dict[str, float | None]:
        """Return the measures of some clips from their (n, outputs) logits, with the loss; None where undefined."""
        if not len(rows):
            return {}
        measured = measures(self.labels[rows], *self._answers(logits))
        measured["loss"] = float(self.loss(torch.from_numpy(logits), rows)) / max(self.scale(rows), 1e-12)
        return measured

    def measure_metric(self, logits: np.ndarray, rows: np.ndarray) -> float | None:
        """`measure` of the metric alone."""
        return measures(self.labels[rows], *self._answers(logits))[self.metric] if len(rows) else None

    def _answers(self, logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(n, L) scores of the labels, comparable between clips, and (n,) answers, -1 for background."""
        tensor = torch.from_numpy(logits)
        scores = (torch.log_softmax(tensor, dim=1) if self.one_label else tensor).numpy()
        has_background = self.names[0] == "background" and self.one_label
        answers = (
            logits.argmax(axis=1) if self.one_label else np.where((logits > 0).any(1), logits.argmax(1), -1)
        )
        return (scores[:, 1:], answers - 1) if has_background else (scores, answers)

    def per_label(self, logits: np.ndarray, rows: np.ndarray) -> dict[str, float | None]:
        """Average precision of every label."""
        tensor = torch.from_numpy(logits)
        scores = (torch.log_softmax(tensor, dim=1) if self.one_label else tensor).numpy()
        first = len(self.names) - self.labels.shape[1]
        precisions = average_precision(self.labels[rows], scores[:, first:])
        return {
            name: None if np.isnan(value) else float(value)
            for name, value in zip(self.names[first:], precisions, strict=True)
        }


def objective_of(dataset: Dataset, train: np.ndarray, balance: bool) -> Objective:
    """Return the objective of a dataset, by its task and labels.

    Parameters
    ----------
    train
        Rows trained on; their counts decide the weights where `balance` is set.

    """
    labels = dataset.clips.labels
    if dataset.task == "classification" and labels.sum(axis=1).max(initial=0) <= 1:
        background = bool((dataset.targets == 0).any())
        names = dataset.target_names if background else dataset.labels
        targets = torch.from_numpy(dataset.targets - (0 if background else 1))
        weights = torch.ones(len(names))
        if balance:
            counts = torch.bincount(targets[train], minlength=len(names)).clamp_min(1)
            weights = (counts.max() / counts).clamp_max(HEAVIEST).float()
        return Objective(True, names, targets, labels, weights)
    weights = torch.ones(len(dataset.labels))
    if balance:
        positive = torch.from_numpy(labels[train].sum(axis=0)).clamp_min(1)
        weights = ((len(train) - positive) / positive).clamp(1.0, HEAVIEST).float()
    return Objective(False, dataset.labels, torch.from_numpy(labels.astype(np.float32)), labels, weights)
