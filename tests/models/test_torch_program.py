"""Programs of PyTorch: opened only by who trusts them, then a model like any other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from bioviz.cli import main
from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.brought import own, uploads
from bioviz.models.runtimes import session
from bioviz.progress import Silent

RATE, SAMPLES, DIM = 8000, 16_000, 12


class Small(nn.Module):
    """Mean over frames of 400 samples, a layer, five scores."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(400, DIM), nn.Linear(DIM, 5)

    def forward(self, waveform: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        pooled = torch.relu(self.first(waveform.reshape(waveform.shape[0], -1, 400).mean(dim=1)))
        return self.second(pooled), pooled


@pytest.fixture(params=[".pt2", ".pt"])
def program(request, tmp_path, monkeypatch):
    """(network, the file as the page has kept it)"""
    monkeypatch.setenv("BIOVIZ_CACHE", str(tmp_path / "cache"))
    torch.manual_seed(0)
    network, path = Small().eval(), tmp_path / f"small{request.param}"
    if request.param == ".pt2":
        torch.export.save(torch.export.export(network, (torch.zeros(1, SAMPLES),)), path)
    else:
        torch.jit.script(network).save(path)
    with path.open("rb") as file:
        return network, uploads.keep_upload(path.name, file), path


def test_it_is_not_opened_before_somebody_says_that_it_can_be_trusted(program, monkeypatch):
    _, path, _ = program
    monkeypatch.setattr(torch.export, "load", lambda *_: pytest.fail("it was opened"))
    monkeypatch.setattr(torch.jit, "load", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(BadInput, match="can run code"):
        own.inspect_job({"path": str(path)}, Silent())
    said = {
        "path": str(path),
        "title": "x",
        "runtime": "torch_program",
        "embedding": "#1",
        "input": "waveform",
    }
    numbers = {"sample_rate": RATE, "window_s": 2.0, "hop_s": 2.0}
    with pytest.raises(BadInput, match="can run code"):
        own.add_job({**said, **numbers}, Silent())
    for other in (True, "yes", "0" * 64):  # who agreed to another program agreed to nothing here
        with pytest.raises(BadInput, match="not the one that was agreed to"):
            own.add_job({**said, **numbers, "trusted": other}, Silent())
        with pytest.raises(BadInput, match="not the one that was agreed to"):
            own.inspect_job({"path": str(path), "trusted": other}, Silent())


def test_trusted_it_is_a_model_like_any_other_with_scores(program):
    network, path, _ = program
    facts = own.inspect_job({"path": str(path), "trusted": own.what_runs(path)}, Silent())
    assert [each["name"] for each in facts["outputs"]] == ["#0", "#1"]
    assert facts["tensors"][0]["name"] == "#1"  # five scores are too few for an embedding
    assert facts["inputs"][0]["shape"][-1] == (SAMPLES if path.suffix == ".pt2" else -1)
    said = {
        "path": str(path),
        "title": "Small",
        "runtime": facts["runtime"],
        "embedding": "#1",
        "scores": "#0",
        "input": "waveform",
        "sample_rate": RATE,
        "window_s": SAMPLES / RATE,
        "hop_s": SAMPLES / RATE,
        "trusted": own.what_runs(path),
    }
    opened = registry.open_model(own.add_job(said, Silent())["model"], "pretrained")
    clips = torch.randn(2, SAMPLES, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        scores, pooled = network(clips)
    both = opened.embed_and_score(clips, RATE)
    np.testing.assert_allclose(both[:, :DIM], pooled, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(both[:, DIM:], scores, rtol=1e-4, atol=1e-6)
    assert torch.isfinite(opened.embed(torch.zeros(1, SAMPLES), RATE)).all()


def test_the_command_line_asks_for_trust_too(program, capsys):
    _, _, source = program
    given = ["add-model", str(source), "--rate", str(RATE), "--window", "2"]
    assert main(given) == 1 and "can run code" in capsys.readouterr().err
    assert main([*given, "--trust"]) == 0
    assert f"{DIM} numbers a clip" in capsys.readouterr().out


def test_a_damaged_program_gets_a_sentence(tmp_path):
    for name in ("a.pt2", "a.pt"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 nothing")
        with pytest.raises(BadInput, match="no program that PyTorch can open"):
            session.inspect(tmp_path / name, trusted=True)
