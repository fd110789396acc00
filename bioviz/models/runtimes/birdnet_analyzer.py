"""Custom classifiers that BirdNET-Analyzer trains: told by their input and by the layer before BirdNET's scores.

What is taken over is what BirdNET-Analyzer's own programs hold to: sound at 48 kHz in windows of 3 s (at 32 kHz of
BirdNET 3), the embedding of BirdNET's last pooling, scores as log odds (as probabilities of BirdNET 3). Whatever of it
is wrong for a file can be changed in the form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bioviz.models.runtimes.session import FileFacts, Tensor

KIND = "BirdNET-Analyzer classifier"
POOLING = "GLOBAL_AVG_POOL"
"""In the name of the tensor that is BirdNET 2.4's embedding, in whichever file it is."""
NAMED = ("predictions", "embeddings")
"""Outputs that newer files name."""


@dataclass(frozen=True)
class Base:
    """The network under a classifier: samples and rate (Hz) that it hears, numbers in its embedding."""

    title: str
    samples: int
    rate: int
    dim: int
    scale: str
    licence: str


BASES = (
    Base("BirdNET 2.4", 144_000, 48_000, 1024, "logit", "CC BY-NC-SA 4.0 (of its base, BirdNET 2.4)"),
    Base("BirdNET+ 3.0", 96_000, 32_000, 1280, "probability", "of its base, BirdNET+ 3.0: see its terms"),
)


def recognised(facts: FileFacts) -> FileFacts:
    """Return what a file says of itself, with what is known of its kind where BirdNET-Analyzer made it."""
    base = next((each for each in BASES if _hears(facts, each) and _embedding(facts, each)), None)
    if base is None or facts.runtime != "litert":
        return facts
    embedding = _embedding(facts, base)
    rest = [each for each in facts.tensors if each.name != embedding[0].name]
    return replace(
        facts,
        tensors=(embedding[0], *rest),
        sample_rate=base.rate,
        kind=f"{KIND} on {base.title}",
        scale=base.scale,
        licence=base.licence,
        reference="Kahl et al. 2021, BirdNET (Ecological Informatics 61), for its base",
    )


def _hears(facts: FileFacts, base: Base) -> bool:
    return bool(facts.inputs[0].shape) and facts.inputs[0].shape[-1] == base.samples


def _embedding(facts: FileFacts, base: Base) -> Sequence[Tensor]:
    """Return the tensors that can be the base's embedding, what the file itself calls so first."""
    called = facts.named_outputs.get(NAMED[1], "")
    right = [each for each in facts.tensors if each.shape and each.shape[-1] == base.dim]
    of_base = [each for each in right if each.name == called or POOLING in each.name.upper()]
    return sorted(of_base, key=lambda each: each.name != called)
