"""Settings of a training."""

from __future__ import annotations

import json

import pytest

from bioviz.errors import BadInput
from bioviz.training.settings import DRAWN, PRESETS, PROBE, TrainSettings, preset, strategies_for


def test_settings_survive_json_and_refuse_nonsense():
    for settings in PRESETS.values():
        assert TrainSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    for wrong in (
        {"strategy": "magic"},
        {"background_share": 2},
        {"epochs": 0},
        {"learning_rates": []},
        {"x": 1},
    ):
        with pytest.raises(BadInput):
            TrainSettings.from_dict(wrong)
    assert "lora" in strategies_for("swin_s") and "lora" not in strategies_for("resnet18")


def test_only_trained_weights_start_from_the_probe():
    """On random features the probe's weights are huge: the loss began at 130 where ln(11) is 2.4."""
    for name in ("quick", "gradual", "adapters"):
        assert preset(name, trained_start=True).head == PROBE
        assert preset(name, trained_start=False).head == DRAWN
    assert preset("probe", trained_start=False).head == PROBE
