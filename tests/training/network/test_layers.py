"""The stages of a network that are opened one after another."""

from __future__ import annotations

from bioviz.models import registry
from bioviz.training.network.layers import stages
from tests.training import tiny


def test_the_stages_of_real_networks_go_from_the_input_up():
    assert stages(registry.open_model("resnet18").module) == [
        ("net.conv1", "net.bn1", "net.layer1"),
        ("net.layer2",),
        ("net.layer3",),
        ("net.layer4.0",),
        ("net.layer4.1",),
        ("net.fc",),
    ]


def test_every_parameter_is_in_one_stage_or_frozen():
    encoder = tiny.Tiny()
    names = [name for group in stages(encoder) for name in group]
    for name, _ in encoder.named_parameters():
        hits = sum(name.startswith(f"{stage}.") for stage in names)
        assert hits == (0 if name.startswith("fixed.") else 1), name
