"""Train the small network anew: `python -m bioviz.models.shipped.train`, a few minutes on a laptop.

The clips are drawn from one seed, batches and start from another; on one kind of processor the file comes out the same
every time. What it learnt is measured on clips of a third seed, and written into the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from bioviz.models.encoder import build_encoder
from bioviz.models.families.small_cnn import CARD
from bioviz.models.shipped.sounds import EVENTS, NOISES, RATE, made_up
from bioviz.store.files import write_atomic

CLIPS, EPOCHS, BATCH, RATE_OF_LEARNING = 4000, 8, 32, 2e-3
SEED_CLIPS, SEED_START, SEED_TEST = 1, 2, 3
TEST_CLIPS = 600
NOISE_WEIGHT = 0.1  # of naming the noise, against 1 of naming the event
PART = 200  # clips whose features are made at once


def main() -> None:
    """Train, measure and write the file that the card names."""
    weights = CARD.weights
    assert weights is not None and weights.folder is not None
    data = trained(CLIPS, EPOCHS, print)
    write_atomic(Path(weights.folder) / weights.name, data)


def trained(
    clips: int,
    epochs: int,
    say: Callable[[str], object] = lambda line: None,
    test_clips: int = TEST_CLIPS,
) -> bytes:
    """Return the bytes of a safetensors file with the network, trained on `clips` made-up clips for `epochs`.

    `say` is told how it goes; what it learnt is measured on `test_clips` others.
    """
    from safetensors.torch import save

    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)  # sums of several threads round otherwise
    encoder = build_encoder(CARD, SEED_START)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED_START)
        events, noises = nn.Linear(CARD.dim, 1 + len(EVENTS)), nn.Linear(CARD.dim, len(NOISES))
    features, event, noise = pictures(SEED_CLIPS, clips)
    learner = nn.ModuleList([encoder, events, noises]).train()
    steps = epochs * -(-clips // BATCH)
    optimizer = torch.optim.AdamW(learner.parameters(), RATE_OF_LEARNING, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE_OF_LEARNING, total_steps=steps)
    rng = np.random.default_rng(SEED_START)
    for epoch in range(epochs):
        total = 0.0
        for batch in np.array_split(rng.permutation(clips), -(-clips // BATCH)):
            embedding = encoder(features[batch])
            loss = nn.functional.cross_entropy(events(embedding), event[batch])
            loss = loss + NOISE_WEIGHT * nn.functional.cross_entropy(noises(embedding), noise[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
        say(f"epoch {epoch + 1} of {epochs}: loss {total / clips:.3f}")
    learner.eval()
    measured = accuracy(encoder, events, noises, test_clips)
    say(json.dumps(measured))
    state = {name: value.detach().contiguous() for name, value in encoder.state_dict().items()}
    state |= {f"events.{name}": value.detach().contiguous() for name, value in events.state_dict().items()}
    state |= {f"noises.{name}": value.detach().contiguous() for name, value in noises.state_dict().items()}
    # One entry alone: several would be written in an order that changes.
    return save(state, {"accuracy": json.dumps({name: round(value, 3) for name, value in measured.items()})})


def pictures(seed: int, clips: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the network's input for `made_up` clips, with their events and noises."""
    waveforms, event, noise = made_up(seed, clips)
    encoder = build_encoder(CARD, 0)
    parts = [
        encoder.features(torch.from_numpy(waveforms[at : at + PART]), RATE) for at in range(0, clips, PART)
    ]
    return torch.cat(parts), torch.from_numpy(event), torch.from_numpy(noise)


def accuracy(encoder: nn.Module, events: nn.Module, noises: nn.Module, clips: int) -> dict[str, float]:
    """Return the share of new clips whose event and whose noise is named rightly."""
    features, event, noise = pictures(SEED_TEST, clips)
    with torch.inference_mode():
        embedding = encoder(features)
        return {
            "event": float((events(embedding).argmax(dim=1) == event).float().mean()),
            "noise": float((noises(embedding).argmax(dim=1) == noise).float().mean()),
        }


if __name__ == "__main__":
    main()
