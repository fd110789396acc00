"""From an opened model and the clips to all that a training needs: what is learnt, its classifier, its input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from bioviz.datasets.types import Dataset
from bioviz.models.encoder import TorchModel, encode
from bioviz.progress import Progress, Silent
from bioviz.runs.opening import open_run
from bioviz.runs.spec import RunSpec
from bioviz.training.data.inputs import EmbeddingInput, Input, WaveInput, chunks
from bioviz.training.data.split import Split
from bioviz.training.data.waveform_cache import WaveformCache
from bioviz.training.loop.epoch_maps import MAX_CLIPS, MapDrawer
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.training.network.layers import Learner
from bioviz.training.network.objective import Objective, objective_of
from bioviz.training.network.start import LinearHead, probe_head
from bioviz.training.settings import LINEAR, PROBE, TrainSettings

MAP_BATCH = 64  # clips embedded at once for a map


@dataclass(frozen=True)
class Prepared:
    """What a training begins with.

    Attributes
    ----------
    objective : Objective
    learner : Learner
        With the classifier that training starts from.
    source : WaveInput or EmbeddingInput
        What the learner is fed.
    probe_test : ndarray, shape (n, outputs), float32
        Logits of the test clips by the linear probe on the frozen embedding.
    """

    objective: Objective
    learner: Learner
    source: Input
    probe_test: np.ndarray


def prepare(
    dataset: Dataset,
    opened: TorchModel,
    precision: str,
    waves: WaveformCache,
    split: Split,
    settings: TrainSettings,
    work: TrainingRunDir,
    progress: Progress,
) -> Prepared:
    """Solve the linear probe and set up the learner. Raises Cancelled, DiskFull."""
    device = opened.device
    objective = objective_of(dataset, split.train, settings.class_weights)
    is_background = ~np.any(dataset.clips.labels, axis=1)
    waveforms = WaveInput(waves, opened, settings, split.train[is_background[split.train]])
    embedded = settings.strategy == LINEAR and not settings.augments
    wanted = np.unique(np.concatenate([split.train, split.valid, split.test]))
    stored = None if embedded else work.load("probe")
    embeddings = None
    if stored is None:
        embeddings = np.full((len(waves.usable), opened.card.dim), np.nan, dtype=np.float32)
        embeddings[wanted] = embed_rows(waveforms, opened.module, wanted, precision, settings.batch, progress)
        of = dataset.clips.recording[split.train]
        probe = probe_head(embeddings[split.train], split.train, of, objective)
        probe_test = probe.logits(embeddings[split.test])
        tensors = {"weight": probe.weight, "bias": probe.bias, "test": torch.from_numpy(probe_test)}
        work.save("probe", tensors, {})
    else:
        probe = LinearHead(stored[0]["weight"], stored[0]["bias"])
        probe_test = stored[0]["test"].numpy()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        head = nn.Linear(opened.card.dim, len(objective.names))
    if settings.head == PROBE:
        with torch.no_grad():
            head.weight.copy_(probe.weight)
            head.bias.copy_(probe.bias)
    head = head.to(device)
    if embedded and embeddings is not None:
        source = EmbeddingInput(embeddings, device)
        return Prepared(objective, Learner(nn.Identity(), head), source, probe_test)
    return Prepared(objective, Learner(opened.module, head, precision), waveforms, probe_test)


def embed_rows(
    source: WaveInput,
    module: nn.Module,
    rows: np.ndarray,
    precision: str,
    size: int,
    progress: Progress,
    stage: str = "Embedding with the start",
) -> np.ndarray:
    """(n, D) float32 embeddings of some clips by the path of training, nothing augmented; `size` clips at once."""
    parts, done = [], 0
    module.eval()
    for part in chunks(rows, size):
        with torch.inference_mode():
            features = source.prepare(source.read(part, None))
            parts.append(encode(module, features, precision).cpu().numpy())
        done += len(part)
        progress.report(stage, done, len(rows))
    return np.concatenate(parts)


def map_drawer(
    dataset: Dataset,
    opened: TorchModel,
    checkpoint: str,
    base_seed: int,
    waves: WaveformCache,
    source: Input,
    work: TrainingRunDir,
) -> MapDrawer | None:
    """Return what draws a map after every epoch; None where the start has no map, or no network is trained."""
    run = open_run(RunSpec(dataset.id, opened.card.name, checkpoint, seed=base_seed))
    if run is None or len(run) > MAX_CLIPS or not isinstance(source, WaveInput):
        return None
    usable = waves.usable[run.rows]

    def embed(rows: np.ndarray) -> np.ndarray:
        return embed_rows(source, opened.module, rows, opened.precision, MAP_BATCH, Silent())

    return MapDrawer(work.folder, run.rows[usable], np.asarray(run.xy)[usable], embed, run.spec.projection)
