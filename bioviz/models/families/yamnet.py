"""YAMNet as TensorFlow publishes it for LiteRT: AudioSet in a small network, in frames of 0.975 s."""

from __future__ import annotations

from bioviz.models.base import PRETRAINED, Graph, ModelCard, WeightsFile

CARDS = (
    ModelCard(
        name="yamnet",
        title="YAMNet (AudioSet)",
        family="Trained on AudioSet",
        sample_rate=16000,
        window_s=0.975,
        dim=1024,
        licence="Apache-2.0",
        reference="Plakal & Ellis 2020, YAMNet (TensorFlow Models)",
        about="A small network trained to name 521 everyday sounds, averaged over frames of about a second.",
        checkpoints=(PRETRAINED,),
        weights=WeightsFile(
            "yamnet_audio_classifier_with_metadata.tflite",
            "https://github.com/tensorflow/tflite-support/raw/master/tensorflow_lite_support/cc/test/testdata/task/audio"
            "/yamnet_audio_classifier_with_metadata.tflite",
            "10c95ea3eb9a7bb4cb8bddf6feb023250381008177ac162ce169694d05c317de",
        ),
        preprocessing="waveform-1",
        autocast=False,
        graph=Graph(
            "litert", "tower0/network/layer28/reduce_mean", hop_s=0.4875, scores="#0", scale="probability"
        ),
    ),
)
