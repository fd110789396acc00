"""Precision follows what the processor does natively."""

from __future__ import annotations

import pytest

from bioviz.errors import BadInput
from bioviz.models import device, registry


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
    said = device.describe_device("cpu")
    assert "threads" in said
    assert "float" in said


def test_precisions_are_measured_and_the_models_own_is_kept():
    model = registry.open_model("gpv_teacher2", precision="float32")
    speeds = device.measure_precisions(model, 22050, 0.3, batch=1, rounds=1)
    assert speeds.keys() >= {"float32", "bfloat16"}
    assert min(speeds.values()) > 0
    assert model.precision == "float32"
