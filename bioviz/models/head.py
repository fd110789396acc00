"""The linear classifier that a checkpoint made here has on its embedding, in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bioviz.errors import BadInput, Missing
from bioviz.models.checkpoint_record import CheckpointRecord
from bioviz.models.finetuned import HEAD, unchanged


@dataclass(frozen=True, eq=False)
class Head:
    """A linear classifier.

    Attributes
    ----------
    weight : (outputs, D) float32
    bias : (outputs,) float32
    names
        Of the outputs; "background" may be the first.
    one_label
        Whether the outputs compete (cross-entropy), or each stands for itself.

    """

    weight: np.ndarray
    bias: np.ndarray
    names: tuple[str, ...]
    one_label: bool

    def scores(self, embeddings: np.ndarray) -> np.ndarray:
        """(n, outputs) float32 logits of (n, D) embeddings: log odds of each output against all others.

        Where outputs compete, the raw sum says nothing by itself: it is made log odds, which can be compared between
        clips.
        """
        logits = np.asarray(embeddings, np.float32) @ self.weight.T + self.bias
        if not self.one_label or logits.shape[1] < 2:
            return logits
        logits = logits.astype(np.float64)
        top = logits.max(axis=1, keepdims=True)
        parts = np.exp(logits - top)
        # The others' sum, without the cancellation of (total - own) where the own part is nearly all.
        others = np.stack([np.delete(parts, i, axis=1).sum(axis=1) for i in range(parts.shape[1])], axis=1)
        return (logits - top - np.log(np.maximum(others, 1e-300))).astype(np.float32)


def read_head(path: Path, sha256: str, record: CheckpointRecord) -> Head:
    """Return the classifier in a checkpoint's weights file.

    Raises
    ------
    Missing
        It has none.
    BadInput
        The file is damaged.

    """
    from safetensors import safe_open

    with unchanged(path, sha256), safe_open(path, "np") as file:
        if f"{HEAD}weight" not in file.keys():  # noqa: SIM118 (no mapping)
            raise Missing("This checkpoint has no classifier, so it gives no scores.")
        weight, bias = file.get_tensor(f"{HEAD}weight"), file.get_tensor(f"{HEAD}bias")
    names = tuple(record.outputs)
    if len(names) != len(weight):
        raise BadInput(
            f"The record of this checkpoint names {len(names)} outputs; its classifier has {len(weight)}."
        )
    return Head(weight, bias, names, record.metric == "accuracy")
