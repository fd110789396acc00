"""How near embedding comes to what decoding and the model alone allow, and whether memory stays bounded.

    python tests/bench/bench_embedding.py --model resnet18
    python tests/bench/bench_embedding.py --model aves_bio --clips 64
    python tests/bench/bench_embedding.py --model resnet18 --memory

The speeds are measured in turns, round by round, because a shared machine is quicker in one minute than in
the next; each round gives an efficiency of its own. Beside it stands the same ratio in processor time (what decoding
and the model need alone / what both need together), which other programs on the machine disturb less, but which does
not see waiting. Then, in clips a second of processor time, decoding alone and with the acoustic columns, and how many
times the decoding the columns cost. Audio: the recordings beside the project (shared/data).
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT))

from bioviz.config import settings  # noqa: E402
from bioviz.datasets.build import build_dataset  # noqa: E402
from bioviz.datasets.types import Dataset  # noqa: E402
from bioviz.embedding.batches.batch_embedder import BatchEmbedder  # noqa: E402
from bioviz.embedding.compute import decode_ahead  # noqa: E402
from bioviz.embedding.pipeline import embed_with, measure_dataset, recipe_for, tasks_of  # noqa: E402
from bioviz.embedding.source import units_of  # noqa: E402
from bioviz.models import registry  # noqa: E402
from bioviz.models.devices.device import best_device, describe_device  # noqa: E402
from bioviz.progress import Silent  # noqa: E402
from bioviz.store.hashes import HashMemory  # noqa: E402

DATA = PROJECT.parent / "shared" / "data" / "esc50_animals"


def first_clips(dataset: Dataset, count: int) -> Dataset:
    """The first `count` clips of a dataset of one clip a recording."""
    clips = dataset.clips
    columns = {f.name: getattr(clips, f.name)[:count] for f in dataclasses.fields(clips)}
    kept = dataset.recordings[: int(columns["recording"].max()) + 1]
    return dataclasses.replace(dataset, clips=dataclasses.replace(clips, **columns), recordings=kept)


def forget(acoustic: bool, embeddings: bool = True) -> None:
    """Drop all sets, and the blocks of the model, of the acoustic columns, or both."""
    shutil.rmtree(settings().cache_dir / "sets", ignore_errors=True)
    for folder in (settings().cache_dir / "blocks").glob("*"):
        if acoustic if folder.name == "acoustic" else embeddings:
            shutil.rmtree(folder)


def speeds(model_name: str, checkpoint: str, clips: int, rounds: int, data: Path) -> None:
    dataset = first_clips(build_dataset(data), clips)
    device = best_device()
    model = registry.open_model(model_name, checkpoint, device=device)
    recipe = recipe_for(dataset, model_name, checkpoint, 0, device)
    total = len(dataset.clips)
    print(
        f"{model_name} ({checkpoint}) on {describe_device(device, recipe.precision)}; {total} clips "
        f"of {recipe.width_s:g} s"
    )

    def decode_only(keep: list | None = None, columns: bool = False) -> None:
        with HashMemory() as memory:
            tasks = tasks_of(dataset, recipe)
            for task in tasks:
                task.acoustic = task.acoustic if columns else None
            units = (unit for task in tasks for unit in units_of(task))
            with decode_ahead(units, recipe.width_s, recipe.rate, memory, device) as chunks:
                for chunk in chunks:
                    if keep is not None:
                        keep.append(chunk.windows)

    waveforms: list[np.ndarray] = []
    decode_only(waveforms)
    forward = BatchEmbedder(model, recipe.rate, recipe.width, lambda owner, rows, embeddings: None)

    def forward_only() -> None:
        for windows in waveforms:
            forward.add(None, np.arange(len(windows)), windows)
        forward.finish()

    def end_to_end() -> None:
        embed_with(dataset, recipe, lambda: model, device, Silent())

    for _ in range(8):  # few clips may not fill the larger batches that the search would like to try
        if forward.batch_size.searching:
            forward_only()
    forward.batch_size.searching = False
    print(f"batch size, at most: {forward.batch_size.size}")
    end_to_end()  # warm from here on
    print(
        "round  decode  columns  forward  end-to-end  efficiency  in processor time  end-to-end with columns"
        "   (clips/s)"
    )
    results, processor = [], []
    decode_only(columns=True)  # warm
    for i in range(rounds):
        (decode, decode_cpu), (ahead, ahead_cpu) = timed(decode_only), timed(forward_only)
        _, with_columns = timed(lambda: decode_only(columns=True))
        processor.append((total / decode_cpu, total / with_columns, with_columns / decode_cpu - 1))
        forget(acoustic=True, embeddings=False)
        columns, _ = timed(lambda: measure_dataset(dataset, Silent()))
        forget(acoustic=False)
        both, both_cpu = timed(end_to_end)
        forget(acoustic=True)
        whole, _ = timed(end_to_end)
        needed = max(decode, ahead) if device == "cuda" else decode + ahead
        row = (
            total / decode,
            total / columns,
            total / ahead,
            total / both,
            needed / both,
            (decode_cpu + ahead_cpu) / both_cpu,
            total / whole,
        )
        results.append(row)
        print(f"{i + 1:5d} " + _LINE.format(*row))
    middle = [median(column) for column in zip(*results, strict=True)]
    print("median " + _LINE.format(*middle)[1:])
    alone, both, ratio = (median(column) for column in zip(*processor, strict=True))
    print(
        f"clips/s of processor time: decoding {alone:.0f}, with columns {both:.0f}; "
        f"columns cost {ratio:.2f} times the decoding"
    )


_LINE = "{:7.1f} {:8.1f} {:8.1f} {:11.1f} {:11.3f} {:18.3f} {:24.1f}"


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of processor time."""
    started, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - processor


def memory(model_name: str, checkpoint: str) -> None:
    print("recordings  peak memory (MB)")
    for count in (10, 250, 1000, 2000):  # from 250 on the buffers are full
        child = [sys.executable, __file__, "--model", model_name, "--checkpoint", checkpoint]
        subprocess.run([*child, "--memory-of", str(count)], check=True)


def memory_of(count: int, model_name: str, checkpoint: str) -> None:
    """Peak resident memory of embedding `count` recordings of 5 s in windows of 1 s."""
    import soundfile

    from bioviz.embedding.pipeline import embed_dataset

    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        for i in range(count):
            samples = generator.uniform(-0.1, 0.1, 5 * 16000).astype(np.float32)
            (Path(folder) / "calls").mkdir(exist_ok=True)
            soundfile.write(Path(folder) / "calls" / f"{i:04d}.wav", samples, 16000)
        os.environ["BIOVIZ_DATA"] = folder
        embed_dataset(build_dataset(Path(folder)), model_name, checkpoint)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:10d}  {peak:16.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="resnet18")
    parser.add_argument("--checkpoint", default="random")
    parser.add_argument("--clips", type=int, default=440)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder that holds one dataset")
    parser.add_argument("--memory", action="store_true", help="peak memory by number of recordings instead")
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        os.environ.update(BIOVIZ_CACHE=cache, BIOVIZ_DATA=str(options.data))
        if options.memory_of:
            memory_of(options.memory_of, options.model, options.checkpoint)
        elif options.memory:
            memory(options.model, options.checkpoint)
        else:
            speeds(options.model, options.checkpoint, options.clips, options.rounds, options.data)


if __name__ == "__main__":
    main()
