"""What every model promises of an embedding: shape, finite, its own clip's alone, differentiable."""

from __future__ import annotations

import pytest
import torch

from bioviz.errors import BadInput
from bioviz.models import registry
from bioviz.models.base import NONE, PRETRAINED, RANDOM
from bioviz.models.cards import CARDS
from bioviz.models.encoder import build_encoder
from bioviz.models.encoders import aves
from tests.models import files

SLOW = ("resnet50", "resnet152", "swin_s", "aves_all")
QUICK = tuple(name for name in CARDS if name not in SLOW)
DATASET_RATE = 8000


@pytest.fixture(scope="module", params=QUICK)
def model(request, tmp_path_factory):
    card = CARDS[request.param]
    checkpoint = NONE if NONE in card.checkpoints else RANDOM
    with pytest.MonkeyPatch.context() as patch:
        if card.graph is not None:
            patch.setenv("BIOVIZ_WEIGHTS", str(tmp_path_factory.mktemp("weights")))
            files.publish_small(card, patch)
            return registry.open_model(card.name, PRETRAINED)
        patch.setitem(aves.CONFIG, "encoder_num_layers", 2)  # all twelve take too long here
        return registry.open_model(request.param, checkpoint, seed=1, precision="float32")


def rate_of(model) -> int:
    return model.card.sample_rate or DATASET_RATE


def sound(model, seconds: float, batch: int = 3) -> torch.Tensor:
    samples = round(seconds * rate_of(model))
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(0))


def embed(model, waveforms: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return model.embed(waveforms, rate_of(model))


def test_a_clips_embedding_is_the_same_alone_and_in_any_company(model):
    clips = sound(model, 0.3)
    clips[1] *= 1000  # a loud neighbor
    together = embed(model, clips)
    assert together.shape == (3, model.card.dim)
    assert together.dtype == torch.float32
    for row, clip in zip(together, clips, strict=True):
        alone = embed(model, clip[None])[0]
        torch.testing.assert_close(alone, row, rtol=1e-4, atol=1e-5)
        assert torch.cosine_similarity(alone, row, dim=0) > 0.99999
    assert torch.equal(embed(model, clips), together)
    assert not torch.allclose(together[0], together[2], rtol=1e-4, atol=1e-5)


def test_silence_and_very_quiet_and_very_short_clips_are_finite(model):
    for clips in (
        torch.zeros(2, 2000),
        sound(model, 0.2) * 1e-12,
        sound(model, 0.2) * 1e-20,
        sound(model, 0.003),
    ):
        assert embed(model, clips).isfinite().all()


def test_long_clips_and_a_move_to_another_device_keep_shape_type_and_numbers(model):
    clips = sound(model, 3.5, batch=2)
    before = embed(model, clips)
    assert before.shape == (2, model.card.dim) and before.dtype == torch.float32
    assert before.isfinite().all() and not torch.equal(before[0], before[1])
    moved = model.to("cpu")
    assert moved is model and moved.device.type == "cpu"
    assert torch.equal(embed(moved, clips), before)


def test_scores_come_with_the_embedding_that_is_given_alone(model):
    if model.card.graph is None or not model.card.graph.scores:
        pytest.skip(f"{model.card.title} gives no scores")
    clips = sound(model, 1.0)
    both = model.embed_and_score(clips, rate_of(model))
    assert both.shape == (3, model.card.dim + files.LABELS) and both.isfinite().all()
    assert torch.equal(both[:, : model.card.dim], embed(model, clips))


def test_gradients_reach_what_is_trained_also_after_inference(model):
    if not model.card.trainable:
        pytest.skip(f"{model.card.title} cannot be trained")
    clips = sound(model, 0.2, batch=1)
    embed(model, clips)  # tables kept from inference must not block training
    clips.requires_grad_()
    model.embed(clips, rate_of(model)).square().sum().backward()
    assert clips.grad.isfinite().all()
    assert clips.grad.any()
    for name, parameter in model.module.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
    model.module.zero_grad(set_to_none=True)


def test_half_precision_agrees_with_full_where_the_card_allows_it(model):
    if not model.card.autocast:
        pytest.skip("the card keeps float32")
    clips = sound(model, 0.2, batch=2)
    full = embed(model, clips)
    model.precision = "bfloat16"
    try:
        half = embed(model, clips)
    finally:
        model.precision = "float32"
    assert half.dtype == torch.float32
    assert torch.cosine_similarity(full, half).min() > 0.999
    assert not torch.equal(full, half)


def test_a_wrong_rate_or_shape_is_refused(model):
    with pytest.raises(BadInput, match="shape"):
        model.embed(torch.zeros(1, 1, 8000), rate_of(model))
    if model.card.sample_rate:
        with pytest.raises(BadInput, match=f"{model.card.sample_rate} Hz"):
            model.embed(torch.zeros(1, 8000), model.card.sample_rate + 1)


@pytest.mark.parametrize("rate", [9600, 16000, 44100, 250000])
@pytest.mark.parametrize("name", ["acoustic_features", "resnet18"])
def test_models_without_a_rate_take_every_datasets(name, rate):
    model = registry.open_model(name, CARDS[name].checkpoints[0], precision="float32")
    clip = 0.1 * torch.randn(1, rate // 4, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert model.embed(clip, rate).isfinite().all()


@pytest.mark.parametrize("name", SLOW)
def test_large_networks_give_their_dimension(name):
    card = CARDS[name]
    encoder = build_encoder(card, None)  # on the meta device: shapes without numbers
    rate = card.sample_rate or DATASET_RATE
    features = encoder.features(torch.zeros(2, rate), rate)
    assert encoder(features.to("meta")).shape == (2, card.dim)


def test_level_alone_moves_no_image_embedding():
    model = registry.open_model("resnet18", precision="float32")
    clip = sound(model, 0.7, batch=1)
    torch.testing.assert_close(embed(model, clip), embed(model, 0.01 * clip), rtol=1e-3, atol=1e-4)
