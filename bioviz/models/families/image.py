"""Networks for images, which see the mel spectrogram as a picture."""

from __future__ import annotations

from bioviz.models.base import BOTH, ModelCard, WeightsFile

TORCHVISION = "https://download.pytorch.org/models/"
MEL_IMAGE = "mel128-50ms-10ms-clipmax-1"
IMAGENET_LICENCE = "BSD-3-Clause (trained on ImageNet, whose images are for research)"
_RESNET = "He et al. 2016, Deep Residual Learning for Image Recognition (CVPR)"


def _image(name: str, title: str, file: str, sha256: str, reference: str, about: str) -> ModelCard:
    """Return a torchvision network; the digits in its file's name are the first of its published sha256."""
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
        build="bioviz.models.encoders.image:build",
    )


CARDS = (
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
