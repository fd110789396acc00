"""Networks of timm on the mel spectrogram: by name, from folders in the hub's format, listed where timm is missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from bioviz.cli import main
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.models.base import PRETRAINED, RANDOM
from bioviz.models.brought import backbones
from bioviz.models.encoders.image import MelImage
from bioviz.models.runtimes import session
from bioviz.progress import Silent
from bioviz.store.files import read_json, write_json

timm = pytest.importorskip("timm", reason='timm is not installed: pip install "bioviz[timm]"')

RATE = 16_000
SMALL = {"test_resnet": 96, "test_vit": 64, "test_convnext": 64}
"""The small networks that timm has for tests; of these `test_vit` takes pictures of 160 x 160 alone."""


def published(place: Path, architecture: str, weights: str = "model.safetensors") -> torch.nn.Module:
    """A folder as timm publishes it, with random numbers in it."""
    from safetensors.torch import save_file

    place.mkdir(parents=True)
    torch.manual_seed(3)
    net = timm.create_model(architecture, num_classes=7).eval()
    if weights.endswith(".safetensors"):
        save_file(net.state_dict(), place / weights)
    else:
        torch.save(net.state_dict(), place / weights)
    about = {"architecture": architecture, "num_classes": 7, "pretrained_cfg": {"license": "apache-2.0"}}
    (place / "config.json").write_text(json.dumps(about))
    return net


def sounds(clips: int = 2, seconds: float = 1.0) -> torch.Tensor:
    return 0.1 * torch.randn(clips, round(RATE * seconds), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("architecture", list(SMALL))
def test_any_network_is_added_by_its_name_and_is_a_model_like_any_other(architecture):
    added = backbones.add_job({"network": f"timm/{architecture}"}, Silent())
    assert added == {"model": f"timm_{architecture}", "dim": SMALL[architecture], "weights": False}
    card = registry.card(added["model"])
    assert card in registry.list_models() and card.trainable and card.checkpoints == (RANDOM,)
    opened = registry.open_model(card.name, RANDOM, seed=1)
    clips = torch.cat([sounds(), torch.zeros(1, RATE)])
    with torch.inference_mode():
        together = opened.embed(clips, RATE)
        alone = torch.cat([opened.embed(each[None], RATE) for each in clips])
    assert together.shape == (3, card.dim) and together.isfinite().all()
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)
    assert opened.fingerprint == registry.fingerprint(card.name, RANDOM, 1)
    assert not torch.equal(together[0], together[1])
    registry.remove(card.name)
    with pytest.raises(Missing):
        registry.card(card.name)


@pytest.mark.parametrize("weights", backbones.WEIGHTS)
def test_weights_of_a_folder_give_what_timm_gives(tmp_path, weights):
    net = published(tmp_path / "net", "test_resnet", weights)
    added = backbones.add_job({"network": str(tmp_path / "net")}, Silent())
    card = registry.card(added["model"])
    assert added["weights"] and card.licence == "apache-2.0" and PRETRAINED in card.checkpoints
    with torch.inference_mode():
        ours = registry.open_model(card.name, PRETRAINED).embed(sounds(), RATE)
        theirs = net.forward_head(
            net.forward_features(MelImage(torch.nn.Identity()).features(sounds(), RATE)), pre_logits=True
        )
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    again = registry.open_model(card.name, PRETRAINED).embed(sounds(), RATE)
    assert torch.equal(again, ours)
    assert not torch.equal(ours, registry.open_model(card.name, RANDOM).embed(sounds(), RATE))


def test_the_hubs_cache_is_searched_and_the_command_line_adds_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    published(
        tmp_path / "hf" / "hub" / "models--timm--test_convnext.mine" / "snapshots" / "abc", "test_convnext"
    )
    assert main(["add-model", "timm/test_convnext.mine", "--json", "--quiet"]) == 0
    added = json.loads(capsys.readouterr().out)
    assert added["weights"] and added["dim"] == 64
    assert registry.checkpoint_state(added["model"], PRETRAINED).available
    assert main(["add-model", "timm/test_resnet.mine", "--quiet"]) == 0
    assert "begins at random" in capsys.readouterr().out


def test_what_cannot_be_is_refused_in_a_sentence(tmp_path):
    for name in ("timm/no_such_network", "timm/../x", "timm/"):
        with pytest.raises(BadInput, match=r"no network|no .*network"):
            backbones.add_job({"network": name}, Silent())
    published(tmp_path / "net", "test_resnet")
    about = tmp_path / "net" / "config.json"
    about.write_text(about.read_text().replace("test_resnet", "test_convnext"))
    with pytest.raises(BadInput, match="does not hold weights of test_convnext"):
        backbones.add_job({"network": str(tmp_path / "net")}, Silent())
    with pytest.raises(BadInput, match="in the list already"):
        backbones.add_job({"network": "timm/convnext_atto"}, Silent())


def test_weights_that_would_run_code_are_refused(tmp_path):
    class Trap:
        def __reduce__(self):
            return (print, ("code from a weights file ran",))

    published(tmp_path / "net", "test_resnet", "pytorch_model.bin")
    torch.save({"x": Trap()}, tmp_path / "net" / "pytorch_model.bin")
    with pytest.raises(BadInput, match="does not hold weights"):
        backbones.add_job({"network": str(tmp_path / "net")}, Silent())


def test_another_size_or_architecture_is_another_fingerprint():
    card = registry.card(backbones.add_job({"network": "timm/test_resnet"}, Silent())["model"])
    path = backbones.folder() / card.name / "card.json"
    first = registry.fingerprint(card.name)
    write_json(path, {**read_json(path), "size": [64, 64]})
    assert registry.fingerprint(card.name) != first


def test_a_damaged_card_hides_that_network_alone_and_is_named_when_asked_for():
    good = backbones.add_job({"network": "timm/test_resnet"}, Silent())["model"]
    bad = backbones.folder() / "timm_bad"
    bad.mkdir()
    for content in ("{", "[]", '{"architecture": "x"}'):
        (bad / "card.json").write_text(content)
        assert good in [card.name for card in backbones.cards()]
        assert bad.name not in [card.name for card in backbones.cards()]
        with pytest.raises(BadInput, match="Add the network again"):
            registry.card(bad.name)


def test_where_timm_is_missing_a_network_is_listed_with_the_line_that_brings_it(monkeypatch):
    monkeypatch.setitem(session.REQUIRES, "timm", ("timm", "no_such_module"))
    assert "timm_convnext_atto" in [card.name for card in registry.list_models()]
    for checkpoint in (RANDOM, PRETRAINED):
        state = registry.checkpoint_state("timm_convnext_atto", checkpoint)
        assert not state.available and 'pip install "bioviz[timm]"' in state.message
    for call in (
        lambda: registry.open_model("timm_convnext_atto"),
        lambda: backbones.add_job({"network": "timm/test_resnet"}, Silent()),
    ):
        with pytest.raises(Missing, match=r"bioviz\[timm\]"):
            call()
