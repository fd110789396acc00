"""The small network that comes with bioviz: its file is what its script makes, and it has learned what it says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load, load_file

from bioviz.datasets.demo.calls import CALLS
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.base import PRETRAINED, RANDOM
from bioviz.models.cards import CARDS
from bioviz.models.families.small_cnn import CARD
from bioviz.models.shipped import sounds
from bioviz.models.shipped.train import pictures, trained

FILE = CARD.weights.folder / CARD.weights.name


@pytest.fixture(autouse=True)
def torch_as_it_was():
    threads, strict = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(strict)


def test_it_is_ready_wherever_bioviz_is_and_small():
    state = registry.checkpoint_state("small_cnn", PRETRAINED)
    assert state.available and state.path == FILE
    assert FILE.stat().st_size < 1_000_000
    opened = registry.open_model("small_cnn", PRETRAINED)
    sound = torch.zeros(2, int(sounds.RATE * sounds.SECONDS))
    assert opened.embed(sound, sounds.RATE).shape == (2, CARD.dim)
    assert torch.isfinite(opened.embed(sound[:, :100], sounds.RATE)).all()


def test_its_parts_have_the_size_that_its_card_tells():
    encoder = registry.open_model("small_cnn", RANDOM).module
    assert 100_000 < sum(p.numel() for p in encoder.parameters()) < 140_000


def test_it_names_events_and_noises_that_it_never_heard():
    features, event, noise = pictures(seed=99, clips=80)
    state = load_file(FILE)
    opened = registry.open_model("small_cnn", PRETRAINED)
    with torch.inference_mode():
        embedding = opened.module(features)
        right = {
            name: (embedding @ state[f"{name}.weight"].T + state[f"{name}.bias"]).argmax(dim=1) == wanted
            for name, wanted in (("events", event), ("noises", noise))
        }
    with safe_open(FILE, framework="pt") as file:
        told = json.loads(file.metadata()["accuracy"])
    assert told["event"] > 0.9 and told["noise"] > 0.9
    assert right["events"].float().mean() > told["event"] - 0.1
    assert right["noises"].float().mean() > told["noise"] - 0.1


def test_the_script_makes_the_same_file_each_time_and_moves_what_it_trains():
    first = trained(clips=32, epochs=1, test_clips=4)
    assert trained(clips=32, epochs=1, test_clips=4) == first
    start = registry.open_model("small_cnn", RANDOM, seed=2).module.state_dict()
    assert set(load(first)) == set(load_file(FILE))
    assert not torch.equal(load(first)["embedding.weight"], start["embedding.weight"])


def test_a_clip_is_the_same_however_many_are_drawn():
    few, many = sounds.made_up(7, 3), sounds.made_up(7, 6)
    assert all(np.array_equal(a, b[:3]) for a, b in zip(few, many, strict=True))
    assert not np.array_equal(sounds.made_up(8, 3)[0], few[0])
    event = sounds.made_up(7, 60)[1]
    assert set(event) == set(range(1 + len(sounds.EVENTS)))


def test_none_of_its_events_is_a_call_of_the_demo():
    assert not {event.__module__ for event in sounds.EVENTS} & {call.__module__ for call in CALLS.values()}


def test_another_file_in_its_place_is_refused(tmp_path, monkeypatch):
    (tmp_path / FILE.name).write_bytes(b"not weights")
    weights = replace(CARD.weights, folder=tmp_path)
    monkeypatch.setitem(CARDS, "small_cnn", replace(CARD, weights=weights))
    with pytest.raises(BadInput, match="damaged or another file"):
        registry.open_model("small_cnn", PRETRAINED)
    monkeypatch.setitem(CARDS, "small_cnn", replace(CARD, weights=replace(weights, sha256="")))
    with pytest.raises(BadInput, match="does not hold weights of Small CNN"):
        registry.open_model("small_cnn", PRETRAINED)
