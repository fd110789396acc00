"""The ConvNeXt and EfficientNet of BirdSet (Rauch et al. 2024), as their authors publish them for transformers.

Both see one channel: the mel spectrogram of 5 s at 32 kHz in decibels, at most 80 below its loudest point, shifted and
scaled by what AudioSet has. The folder holds no front end, so it is rebuilt here from what the authors say of it. The
embedding is what goes into the classifier; its logits are the scores, named in `config.json` (eBird's codes).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bioviz.errors import BadInput
from bioviz.models.base import Graph
from bioviz.models.runtimes.session import FileFacts, Outputs, Tensor, first_line

if TYPE_CHECKING:
    from torch import Tensor as TorchTensor

RATE, WINDOW = 32_000, 160_000
POOLED, LOGITS = "pooler_output", "logits"
FRONT_ENDS = {"convnext": (1024, 320, 128), "efficientnet": (2048, 256, 256)}
"""Kind of network -> samples of the transform, step between frames (samples), mel bands."""
FAINTEST, RANGE_DB = 1e-10, 80.0
MEAN, SPREAD = -4.268, 4.569


def is_one(config: dict[str, Any]) -> bool:
    """Whether a `config.json` is of one: such a network for pictures of one channel."""
    return config.get("model_type") in FRONT_ENDS and config.get("num_channels") == 1


def facts(config: dict[str, Any]) -> FileFacts:
    """Read what a folder says of its model; see `session.inspect`."""
    sizes = config.get("hidden_sizes")
    width = sizes[-1] if isinstance(sizes, list) and sizes else config.get("hidden_dim")
    dim = width if isinstance(width, int) and 0 < width < 1 << 20 else -1
    pooled, logits = Tensor(POOLED, (dim,), True), Tensor(LOGITS, (len(names(config)) or -1,), True)
    return FileFacts(
        "transformers",
        (Tensor("waveform", (WINDOW,)),),
        (pooled,),
        (pooled, logits),
        sample_rate=RATE,
        kind=f"BirdSet {'ConvNeXt' if config['model_type'] == 'convnext' else 'EfficientNet'}",
        scale="logit",
        reference="Rauch et al. 2024, BirdSet (arXiv 2403.10380)",
    )


def names(config: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the scores in their order; () where `config.json` has none."""
    held = config.get("id2label")
    if not isinstance(held, dict) or not all(str(i) in held for i in range(len(held))):
        return ()
    return tuple(str(held[str(i)]) for i in range(len(held)))


def picture(window: np.ndarray, kind: str) -> TorchTensor:
    """(T,) float32 at 32 kHz to (1, 1, bands, frames): what the network sees."""
    import torch

    from bioviz.models.encoders.mel import mel_spectrogram

    transform, step, bands = FRONT_ENDS[kind]
    mel = mel_spectrogram(torch.from_numpy(np.array(window))[None], RATE, transform, step, bands)
    decibels = 10 * mel.clamp_min(FAINTEST).log10()
    decibels = torch.maximum(decibels, decibels.amax() - RANGE_DB)
    return ((decibels - MEAN) / SPREAD)[:, None]


class BirdSetSession:
    """One window at a time, so that a window depends on no other."""

    def __init__(self, folder: Path, graph: Graph) -> None:
        from transformers import AutoModelForImageClassification

        self._folder, self._wants_scores = folder, bool(graph.scores)
        model: Any = AutoModelForImageClassification.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True
        )
        self._model, self._kind = model.eval(), str(model.config.model_type)

    def run(self, window: np.ndarray) -> Outputs:
        import torch

        try:
            with torch.inference_mode():
                pooled = self._model.base_model(picture(window, self._kind)).pooler_output
                scores = self._model.classifier(pooled)[0].float().numpy() if self._wants_scores else None
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise BadInput(
                f"{self._folder} cannot take a window of {len(window)} samples ({first_line(error)})."
            ) from error
        return Outputs(pooled[0].float().numpy(), scores)
