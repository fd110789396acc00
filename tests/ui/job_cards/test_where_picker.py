"""What can be chosen to compute on: GPUs of this computer, and clusters that the settings name."""

from __future__ import annotations

from bioviz.jobs.where import CLUSTER, DEVICE
from bioviz.models.devices.hardware import Hardware
from bioviz.ui.job_cards.where_picker import choices


def test_a_processor_alone_is_no_choice():
    assert list(choices(Hardware("cpu", "EPYC", "float32"), ())) == ["As the server is set"]


def test_gpus_of_one_kind_can_be_chosen_together():
    named = choices(Hardware("cuda", "H100", "bfloat16", gpus=("H100", "L4", "H100")), ())
    assert named["All 2 GPUs (H100)"] == {DEVICE: "all", CLUSTER: ""}
    assert list(named)[1:4] == ["All 2 GPUs (H100)", "H100 (cuda:0)", "L4 (cuda:1)"]


def test_gpus_the_processor_and_named_clusters_can_be_chosen():
    found = Hardware("cuda", "H100", "bfloat16", gpus=("H100", "L4"))
    named = choices(found, ("local:4", "nonsense", "tcp://host:8786"))
    assert named == {
        "As the server is set": {},
        "H100 (cuda:0)": {DEVICE: "cuda:0", CLUSTER: ""},
        "L4 (cuda:1)": {DEVICE: "cuda:1", CLUSTER: ""},
        "Processor of this computer": {DEVICE: "cpu", CLUSTER: ""},
        "Local cluster (local:4)": {CLUSTER: "local:4"},
        "Cluster at tcp://host:8786 (tcp://host:8786)": {CLUSTER: "tcp://host:8786"},
    }
