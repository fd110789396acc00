"""What models run on is known without torch in the process that asks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bioviz.models import registry
from bioviz.models.devices import device, hardware


@pytest.mark.parametrize("signs", ["", "/"], ids=["no sign of a GPU", "a sign of one"])
def test_it_is_what_torch_says_and_torch_stays_outside(signs):
    code = (
        "import sys; from pathlib import Path; from bioviz.models.devices import hardware;"
        f"hardware._SIGNS_OF_A_GPU = tuple(map(Path, {signs!r}));"
        "print(hardware.hardware()); sys.exit('torch' in sys.modules)"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip() == repr(hardware.probe())


@pytest.mark.parametrize("name", ["resnet18", "acoustic_features", "gpv_teacher2", "birdnet"])
@pytest.mark.parametrize("wanted", ["auto", "float32"])
def test_precisions_are_those_of_the_models(name, wanted):
    names = [card.name for card in registry.list_models()]
    card = registry.card(name if name in names else names[-1])
    assert hardware.probe().precision_of(card, wanted) == device.precision_of(card, wanted=wanted)


def test_what_comes_to_nothing_is_said_and_stops_nothing(monkeypatch):
    monkeypatch.setattr(hardware.sys, "executable", "/no/python")
    answer = hardware._ask()
    assert answer.device == "cpu"
    assert "did not answer" in answer.describe()


@pytest.mark.parametrize(
    ("cuda", "warning", "said"),
    [
        (None, "", "built without GPU support"),
        ("13.0", "The NVIDIA driver on your system is too old (found version 11040).", "Update the driver"),
        ("13.0", "", "Check the driver"),
    ],
)
def test_a_gpu_that_is_not_used_is_explained(monkeypatch, tmp_path, cuda, warning, said):
    import warnings

    import torch

    def is_available() -> bool:
        if warning:
            warnings.warn(warning, stacklevel=1)
        return False

    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    monkeypatch.setattr(hardware, "_SIGNS_OF_A_GPU", (tmp_path / "version",))
    assert hardware._why_unused() == ""
    (tmp_path / "version").touch()
    assert said in hardware._why_unused()
