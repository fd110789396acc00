"""Listing, naming, missing and damaged weights, fingerprints, seeds."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bioviz.config import settings
from bioviz.errors import BadInput, Missing
from bioviz.models import registry
from bioviz.models.base import NONE, PRETRAINED, RANDOM
from bioviz.models.cards import CARDS

WITH_WEIGHTS = [card.name for card in registry.list_models() if card.weights and not card.weights.folder]


def test_every_model_of_the_paper_and_the_additions_are_listed():
    paper = {"alexnet", "resnet18", "resnet50", "resnet152", "swin_s", "vggish", "aves_bio", "aves_all"}
    assert set(CARDS) >= paper | {"acoustic_features", "gpv_teacher2"}
    for card in registry.list_models():
        assert card.title and card.reference and card.licence and card.about.endswith(".")
        assert (PRETRAINED in card.checkpoints) == (card.weights is not None)


def test_listing_imports_no_torch():
    code = (
        "import sys; from bioviz.models import registry as r; r.list_models();"
        "r.checkpoint_state('resnet18', 'pretrained'); r.fingerprint('resnet18', 'random');"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name_names_the_nearest():
    with pytest.raises(Missing, match="resnet18"):
        registry.card("resnet81")
    with pytest.raises(Missing, match="acoustic_features"):
        registry.open_model("accoustic")


def test_an_unknown_checkpoint_names_the_known():
    with pytest.raises(Missing, match="random, pretrained"):
        registry.open_model("resnet18", "imagenet")
    assert not registry.checkpoint_state("acoustic_features", RANDOM).available
    assert not registry.checkpoint_state("acoustic_features", "ft:abc").available
    assert registry.checkpoint_state("acoustic_features", NONE).available


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_missing_weights_say_which_file_goes_where(name, weights_dir):
    state = registry.checkpoint_state(name, PRETRAINED)
    assert not state.available
    assert state.path is None
    assert state.downloadable
    assert state.expected == CARDS[name].weights.name
    for part in (state.expected, str(weights_dir)):
        assert part in state.message
    for open_it in (registry.open_model, registry.fingerprint):
        with pytest.raises(Missing, match="missing") as caught:
            open_it(name, PRETRAINED)
        assert state.expected in str(caught.value)


def test_weights_are_also_found_in_torchs_download_cache(weights_dir, tmp_path):
    hub = tmp_path / "no-hub" / "hub" / "checkpoints"
    hub.mkdir(parents=True)
    (hub / CARDS["alexnet"].weights.name).write_bytes(b"x")
    assert registry.checkpoint_state("alexnet", PRETRAINED).path.parent == hub


def test_a_file_of_another_hash_is_refused(publish):
    path = publish("resnet18", {}, sha256="f37072fd")
    with pytest.raises(BadInput, match="f37072fd") as caught:
        registry.open_model("resnet18", PRETRAINED)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [{}, {"conv1.weight": [1, 2]}, b"no weights at all"])
def test_a_file_that_holds_no_such_weights_is_named(publish, content):
    path = publish("gpv_teacher2", content if isinstance(content, dict) else {})
    if isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(BadInput, match="does not hold weights of GPV"):
        registry.open_model("gpv_teacher2", PRETRAINED)


def test_weights_that_would_run_code_are_refused(publish):
    class Trap:
        def __reduce__(self):
            return (print, ("code from a weights file ran",))

    publish("gpv_teacher2", {"gru.weight": Trap()})
    with pytest.raises(BadInput, match="does not hold weights"):
        registry.open_model("gpv_teacher2", PRETRAINED)


def test_the_fingerprint_follows_all_that_decides_an_embedding(publish):
    import torch

    prints = {
        registry.fingerprint("resnet18", RANDOM, 0),
        registry.fingerprint("resnet18", RANDOM, 1),
        registry.fingerprint("resnet50", RANDOM, 0),
        registry.fingerprint("resnet18", RANDOM, 0, "bfloat16"),
        registry.fingerprint("acoustic_features", NONE),
    }
    for value in (1.0, 2.0):
        publish("resnet18", {"a": torch.tensor([value])})
        prints.add(registry.fingerprint("resnet18", PRETRAINED))
    assert len(prints) == 7
    assert registry.fingerprint("resnet18", PRETRAINED, 1) == registry.fingerprint("resnet18", PRETRAINED, 2)
    assert registry.fingerprint("acoustic_features", NONE, 1) == registry.fingerprint(
        "acoustic_features", NONE, 2
    )


def test_an_opened_models_fingerprint_is_the_registrys():
    for precision in ("float32", "bfloat16"):
        opened = registry.open_model("gpv_teacher2", seed=3, precision=precision)
        assert opened.fingerprint == registry.fingerprint("gpv_teacher2", RANDOM, 3, precision)
        assert opened.precision == precision


def test_a_random_start_follows_its_seed_and_leaves_the_callers_alone():
    import torch

    torch.manual_seed(7)
    before = torch.get_rng_state()
    states = [registry.open_model("gpv_teacher2", seed=seed).module.state_dict() for seed in (1, 1, 2)]
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(8)
    states.append(registry.open_model("gpv_teacher2", seed=1).module.state_dict())
    weights = [state["gru.weight_ih_l0"] for state in states]
    assert torch.equal(weights[0], weights[1])
    assert torch.equal(weights[0], weights[3])
    assert not torch.equal(weights[0], weights[2])


def save_finetuned(name: str, model: str, state: dict) -> None:
    from safetensors.torch import save_file

    folder = settings().cache_dir / "checkpoints" / name
    folder.mkdir(parents=True)
    save_file(state, folder / "model.safetensors")
    (folder / "record.json").write_text(json.dumps({"model": model, "base": "random"}))


def test_a_fine_tuned_checkpoint_is_listed_and_opened_without_its_head():
    import torch

    tuned = registry.open_model("gpv_teacher2", seed=5, precision="float32")
    state = {**tuned.module.state_dict(), "head.weight": torch.zeros(3, 256)}
    save_finetuned("abc123", "gpv_teacher2", {key: value.contiguous() for key, value in state.items()})
    assert registry.checkpoints("gpv_teacher2") == (RANDOM, PRETRAINED, "ft:abc123")
    assert registry.checkpoints("resnet18") == (RANDOM, PRETRAINED)
    assert registry.checkpoint_state("gpv_teacher2", "ft:abc123").available
    opened = registry.open_model("gpv_teacher2", "ft:abc123", precision="float32")
    sound = torch.randn(2, 22050)
    assert torch.equal(opened.embed(sound, 22050), tuned.embed(sound, 22050))
    assert opened.fingerprint != tuned.fingerprint


def test_fine_tuned_checkpoints_that_do_not_fit_are_refused(tmp_path):
    import torch

    save_finetuned("odd", "resnet18", {"a": torch.zeros(1)})
    with pytest.raises(BadInput, match="is of resnet18"):
        registry.open_model("gpv_teacher2", "ft:odd")
    with pytest.raises(BadInput, match="does not fit"):
        registry.open_model("resnet18", "ft:odd")
    (settings().cache_dir / "checkpoints" / "odd" / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(BadInput, match="damaged"):
        registry.open_model("resnet18", "ft:odd")
    (settings().cache_dir / "checkpoints" / "odd" / "record.json").write_text("{}")
    assert registry.checkpoints("resnet18") == (RANDOM, PRETRAINED)
    for gone in ("ft:nothing", "ft:", "ft:../odd", "ft:a/b"):
        assert not registry.checkpoint_state("resnet18", gone).available
        with pytest.raises(Missing, match="no fine-tuned checkpoint"):
            registry.open_model("resnet18", gone)
