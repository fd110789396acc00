"""Precision follows what the processor does natively."""

from __future__ import annotations

import pytest

from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.devices import device


@pytest.mark.parametrize(
    ("cpuinfo", "native"),
    [
        ("model name\t: AMD EPYC\nflags\t\t: fpu sse avx2 f16c\n", False),
        ("flags\t\t: fpu avx512f avx512_bf16\n", True),
        ("flags\t\t: fpu amx_bf16 amx_tile\n", True),
        ("processor\t: 0\nFeatures\t: fp asimd bf16 i8mm\n", True),
        ("", False),
        (None, False),
    ],
)
def test_bfloat16_only_where_the_processor_has_it(tmp_path, monkeypatch, cpuinfo, native):
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(cpuinfo)
    monkeypatch.setattr(device, "_CPUINFO", path)
    device.cpu_has_bfloat16.cache_clear()
    try:
        assert device.cpu_has_bfloat16() is native
        assert device.resolve_precision("auto", "cpu") == ("bfloat16" if native else "float32")
        assert device.resolve_precision("auto", "cpu", autocast=False) == "float32"
        assert device.resolve_precision("bfloat16", "cpu") == "bfloat16"
    finally:
        device.cpu_has_bfloat16.cache_clear()


def test_an_unknown_precision_is_refused():
    with pytest.raises(BadInput, match="bfloat16"):
        device.resolve_precision("half", "cpu")


def test_the_device_is_described_in_words():
    assert " thread" in device.describe_device("cpu")
    assert device.describe_device("cpu", "bfloat16").endswith(", bfloat16")


@pytest.mark.parametrize("name", ["gpv_teacher2", "resnet18", "acoustic_features"])
def test_the_precision_named_is_the_one_used(name, monkeypatch):
    """On a processor with bfloat16 a model that is kept in float32 is never said to run in bfloat16."""
    monkeypatch.setattr(device, "cpu_has_bfloat16", lambda: True)
    card = registry.card(name)
    opened = registry.open_model(name, card.checkpoints[0], device="cpu")
    assert device.precision_of(card, "cpu") == opened.precision
    assert opened.precision == ("bfloat16" if name == "resnet18" else "float32")


def test_float32_is_float32_wherever_it_runs_and_the_key_says_so():
    import torch

    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
    registry.open_model("acoustic_features", registry.card("acoustic_features").checkpoints[0])
    assert not torch.backends.cudnn.allow_tf32 and not torch.backends.cuda.matmul.allow_tf32
    assert device.arithmetic("float32", "cuda:0") == "cuda float32 (TF32 off)"
    assert device.arithmetic("float32", "cpu") == "cpu float32"
    assert device.arithmetic("bfloat16", "cuda") == "cuda bfloat16 (TF32 off)"
