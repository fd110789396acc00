"""The models bioviz knows, as data. A new one is a card here and a `build` function in its family's module."""

from __future__ import annotations

from bioviz.models.base import NONE, PRETRAINED, RANDOM, ModelCard, WeightsFile

BOTH = (RANDOM, PRETRAINED)
TORCHVISION = "https://download.pytorch.org/models/"
MEL_IMAGE = "mel128-50ms-10ms-clipmax-1"
IMAGENET_LICENCE = "BSD-3-Clause (trained on ImageNet, whose images are for research)"


def _image(name: str, title: str, file: str, sha256: str, reference: str, about: str) -> ModelCard:
    """A torchvision network; the digits in its file's name are the first of its published sha256."""
    return ModelCard(
        name=name,
        title=title,
        family="Image networks on mel spectrograms",
        sample_rate=None,
        window_s=None,
        dim=1000,
        licence=IMAGENET_LICENCE,
        reference=reference,
        about=f"{about} It sees the mel spectrogram as a picture, each clip scaled to its own loudest point.",
        checkpoints=BOTH,
        weights=WeightsFile(file, TORCHVISION + file, sha256),
        preprocessing=MEL_IMAGE,
        build="bioviz.models.image:build",
    )


def _aves(name: str, title: str, file: str, about: str) -> ModelCard:
    return ModelCard(
        name=name,
        title=title,
        family="Self-supervised on animal sounds",
        sample_rate=16000,
        window_s=None,
        dim=768,
        licence="MIT",
        reference="Hagiwara 2023, AVES: Animal Vocalization Encoder based on Self-Supervision (ICASSP)",
        about=f"{about} It hears the waveform itself; the last layer is averaged over time.",
        checkpoints=BOTH,
        weights=WeightsFile(file, f"https://storage.googleapis.com/esp-public-files/ported_aves/{file}"),
        preprocessing="waveform-last-layer-mean-1",
        build="bioviz.models.aves:build",
    )


_RESNET = "He et al. 2016, Deep Residual Learning for Image Recognition (CVPR)"

_ALL = (
    ModelCard(
        name="acoustic_features",
        title="Acoustic features (no network)",
        family="Baseline without weights",
        sample_rate=None,
        window_s=None,
        dim=240,
        licence="none needed",
        reference="Davis & Mermelstein 1980, for the cepstral coefficients (IEEE TASSP 28)",
        about="Averages and spread of the spectrum over time. What a network should beat.",
        checkpoints=(NONE,),
        weights=None,
        preprocessing="logmel40-mfcc20-32ms-10ms-1",
        build="bioviz.models.acoustic:build",
        autocast=False,
    ),
    ModelCard(
        name="gpv_teacher2",
        title="GPV teacher (AudioSet)",
        family="Trained on AudioSet",
        sample_rate=22050,
        window_s=None,
        dim=256,
        licence="MIT",
        reference="Dinkel et al. 2021, Voice activity detection in the wild (IEEE/ACM TASLP 29)",
        about="A small recurrent network trained to name 527 everyday sounds, averaged over time.",
        checkpoints=BOTH,
        weights=WeightsFile(
            "gpvad_teacher2.pth",
            "https://github.com/RicherMans/Datadriven-GPVAD/raw/6c94570bee753271722f64826a0ed00c030b089c"
            "/pretrained_models/teacher2/model.pth",
            "49ad72bd983f0ae974aebc8ad9b38e8d6995270b90362789139a8625601bd775",
        ),
        preprocessing="logmel64-slaney-40ms-20ms-mean-1",
        build="bioviz.models.gpv:build",
        autocast=False,  # small enough without; bfloat16 moves it more than the others (cosine 0.9997)
    ),
    ModelCard(
        name="vggish",
        title="VGGish (YouTube)",
        family="Trained on AudioSet",
        sample_rate=16000,
        window_s=0.96,
        dim=128,
        licence="Apache-2.0",
        reference="Hershey et al. 2017, CNN Architectures for Large-Scale Audio Classification (ICASSP)",
        about="A convolutional network trained on the sound of videos, averaged over frames of 0.96 s.",
        checkpoints=BOTH,
        weights=WeightsFile(
            "vggish-10086976.pth",
            "https://github.com/harritaylor/torchvggish/releases/download/v0.1/vggish-10086976.pth",
        ),
        preprocessing="vggish-96x64-mean-1",
        build="bioviz.models.vggish:build",
    ),
    _aves(
        "aves_bio",
        "AVES-bio",
        "aves-base-bio.torchaudio.pt",
        "A transformer trained on 360 h of animals.",
    ),
    _aves(
        "aves_all", "AVES-all", "aves-base-all.torchaudio.pt", "A transformer trained on 5054 h of sounds."
    ),
    _image(
        "alexnet",
        "AlexNet",
        "alexnet-owt-7be5be79.pth",
        "7be5be79",
        "Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks (arXiv:1404.5997)",
        "The oldest and quickest of the image networks.",
    ),
    _image(
        "resnet18",
        "ResNet-18",
        "resnet18-f37072fd.pth",
        "f37072fd",
        _RESNET,
        "Quick, 18 layers.",
    ),
    _image(
        "resnet50",
        "ResNet-50",
        "resnet50-11ad3fa6.pth",
        "11ad3fa6",
        _RESNET,
        "50 layers.",
    ),
    _image(
        "resnet152",
        "ResNet-152",
        "resnet152-f82ba261.pth",
        "f82ba261",
        _RESNET,
        "Slow, 152 layers.",
    ),
    _image(
        "swin_s",
        "Swin-S",
        "swin_s-5e29d889.pth",
        "5e29d889",
        "Liu et al. 2021, Swin Transformer (ICCV)",
        "A transformer for images, the slowest of them.",
    ),
)

CARDS: dict[str, ModelCard] = {card.name: card for card in _ALL}
if len(CARDS) != len(_ALL):
    raise RuntimeError("two model cards share a name")
