"""The 990 values that the paper published: 3 UMAP settings x 11 fine-tuned models x 3 measures x 10 datasets."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from bioviz.study.scores import Contender, Score, Start

SOURCE = {
    "paper": "Chen & Yang, No Free Lunch from Audio Pretraining in Bioacoustics: A Benchmark Study of Embeddings",
    "where": "IJCNN 2025",
    "arxiv": "2508.10230",
    "table": "clustering of the UMAP embeddings of the 11 fine-tuned models (ARI, NMI, silhouette)",
    "file": "published_umap.csv",
}
"""Where the values are from. They are of the test split, after fine-tuning with all background."""
SEED = 42  # the paper's random_state

_STARTS: dict[str, tuple[str, Start]] = {
    "npy_alex": ("alexnet", "images"),
    "npy_rn18": ("resnet18", "random"),
    "npy_rn50": ("resnet50", "random"),
    "npy_rn152": ("resnet152", "random"),
    "npy_rn18p": ("resnet18", "images"),
    "npy_rn50p": ("resnet50", "images"),
    "npy_rn152p": ("resnet152", "images"),
    "npy_vggish": ("vggish", "audio"),
    "npy_swin": ("swin_s", "images"),
    "npy_aves_all": ("aves_all", "audio"),
    "npy_aves": ("aves_bio", "audio"),
}
_MEASURES = {"NMI": "nmi", "ARI": "ari", "Sil": "silhouette"}

WITH_BACKGROUND = ("dcase", "enabirds", "hiceas", "rfcx", "hainan-gibbons")
"""The detection sets of BEANS, whose windows without a call are background; the others have none."""


@cache
def published() -> tuple[Score, ...]:
    """Return the published values."""
    path = Path(__file__).with_name(SOURCE["file"])
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(_score(line) for line in csv.DictReader(file))


def _score(line: dict[str, str]) -> Score:
    model, start = _STARTS[line["model"]]
    return Score(
        Contender(model, start, "fine-tuned"),
        line["dataset"],
        f"umap-{line['n_neighbors']}-{line['min_dist']}",
        SEED,
        _MEASURES[line["metric"]],
        float(line["value"]),
    )
