"""Mixtures of clips with background: the sound itself, and its embeddings.

The ratio is set on the recording's own samples, where calls are annotated (in all of the clip up to the recording's
end where none are), so that the same sound goes to every model whatever its rate. By default it is that of the call's
loudest stretch within the call's band, without the clip's own noise, to the background added to the same stretch and
band; "clip" takes mean squares, as recorded, its own noise included. Resampling is linear: the same gains are
applied to both sounds at the model's rate.

Neither sound is made louder than it was recorded: where the background would have to be, the clip is turned down
instead, as if the animal were further away. Otherwise mixtures would be louder than anything in the dataset, and
a model that hears level would find them among loud calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bioviz.audio.decode import RESAMPLER, load_clip
from bioviz.audio.mixing import CALL, call_gain, factors, gain_for, noise_gain
from bioviz.datasets.types import Problem
from bioviz.embedding.batches.batch_embedder import BatchEmbedder
from bioviz.embedding.blocks import BlockStore
from bioviz.embedding.compute import AHEAD_BYTES, decoding_threads
from bioviz.embedding.keys import Recipe
from bioviz.embedding.prefetch import Prefetcher
from bioviz.embedding.work import Counter
from bioviz.errors import BadInput
from bioviz.experiments.draw import Draw, Noise, Pair
from bioviz.models.titles import title_of
from bioviz.progress import Progress
from bioviz.store.hashes import HashMemory
from bioviz.store.keys import key_of

if TYPE_CHECKING:
    from bioviz.models.base import Model

VERSION = 4  # raise it when mixtures are made in another way
CHUNK = 16  # clips whose embeddings are kept together: what a cancelled job may lose of each ratio


def native(pair: Pair) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clip (T,) float32, background (T,) float32 and where the clip's power is measured (T,) bool, at `pair.rate`.

    Raises
    ------
    BadInput
        a file cannot be read.

    """
    width = round(pair.width_s * pair.rate)
    signal, noise = _sounds(pair, pair.rate, width)
    times = (np.arange(width) + 0.5) / pair.rate
    inside = times < pair.duration_s - pair.start_s
    has_call = np.zeros(width, dtype=bool)
    for start, end in pair.calls:
        has_call |= (times >= start) & (times < end)
    has_call &= inside
    return signal, noise, has_call if has_call.any() else inside


def mixture(pair: Pair, snr_db: float) -> np.ndarray:
    """(T,) float32 at `pair.rate`: what is embedded, before resampling; infinity adds nothing.

    Raises
    ------
    BadInput
        a file cannot be read, or the clip or the background is silent.

    """
    signal, noise, active = native(pair)
    if np.isposinf(snr_db):
        return signal
    ((of_signal, of_noise),) = gains(pair, signal, noise, [snr_db], active)
    return (of_signal * signal + of_noise * noise).astype(np.float32)


def gains(
    pair: Pair, signal: np.ndarray, noise: np.ndarray, snrs_db: Sequence[float], active: np.ndarray
) -> np.ndarray:
    """(s, 2) factors, at most 1, of signal and noise (T,) at `pair.rate` in their mixture at each ratio.

    Raises
    ------
    BadInput
        As `noise_gain`.

    """
    if pair.measured == CALL:
        even = call_gain(signal, noise, pair.rate, 0.0, active)
    else:
        even = noise_gain(signal, noise, 0.0, active)
    return np.array([factors(signal, noise, even * float(gain_for(1.0, 1.0, snr))) for snr in snrs_db])


def mixtures(pair: Pair, snrs_db: Sequence[float], rate: int, width: int) -> np.ndarray:
    """(s, width) float32 at `rate` Hz, one row a ratio. Raises BadInput as `mixture`."""
    signal, noise, active = native(pair)
    weights = gains(pair, signal, noise, snrs_db, active)
    if rate != pair.rate or width != len(signal):
        signal, noise = _sounds(pair, rate, width)
    return (weights @ np.stack([signal, noise]).astype(np.float64)).astype(np.float32)


def _sounds(pair: Pair, rate: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    signal = load_clip(pair.sound, pair.start_s, pair.start_s + pair.width_s, rate, width_samples=width)
    return signal, np.resize(_stretch(pair.noise, rate), width)


def _stretch(noise: Noise, rate: int) -> np.ndarray:
    return load_clip(noise.sound, noise.start_s, noise.end_s, rate)


@dataclass(frozen=True)
class MixtureInputs:
    """What the embeddings of some mixtures of one ratio follow from; see `Recipe` and `Pair.identity`."""

    fingerprint: str
    arithmetic: str
    resampler: str
    rate: int
    width: int
    pairs: tuple[tuple[object, ...], ...]
    snr_db: float


@dataclass(eq=False)
class _Chunk:
    """Some pairs, the ratios that are still to be embedded, and what there is of their embeddings."""

    places: np.ndarray  # of its pairs in the draw
    keys: list[str]  # one a ratio
    missing: list[int]  # ratios without a stored block
    made: np.ndarray  # (missing, pairs, D)
    left: int = 0
    failed: bool = False


@dataclass(frozen=True)
class _Mixed:
    chunk: _Chunk
    place: int
    waveforms: np.ndarray
    failure: Problem | None = None
    nbytes: int = field(default=0)


def embed_mixtures(
    drawn: Draw,
    snrs_db: Sequence[float],
    recipe: Recipe,
    open_model: Callable[[], Model],
    progress: Progress,
) -> tuple[np.ndarray, tuple[Problem, ...]]:
    """Embed every clip at every ratio; what is stored already is not computed again.

    Returns
    -------
    (s, m, D) float32, NaN where a clip could not be mixed, and why.

    Raises
    ------
    Cancelled, DiskFull, and what `open_model` raises; finished blocks stay.

    """
    store = BlockStore(recipe.fingerprint[:32], recipe.dim)
    embeddings = np.full((len(snrs_db), len(drawn.pairs), recipe.dim), np.nan, dtype=np.float32)
    counter = Counter(
        progress,
        f"Embedding mixtures with {title_of(recipe.model, recipe.checkpoint)}",
        embeddings.shape[0] * embeddings.shape[1],
    )
    todo = []
    for first in range(0, len(drawn.pairs), CHUNK):
        chunk = _chunk(drawn, range(first, min(first + CHUNK, len(drawn.pairs))), snrs_db, recipe)
        for i, key in enumerate(chunk.keys):
            block = store.load(key, len(chunk.places))
            if block is None:
                chunk.missing.append(i)
            else:
                embeddings[i, chunk.places] = block
        counter.add((len(chunk.keys) - len(chunk.missing)) * len(chunk.places))
        if chunk.missing:
            chunk.made = np.full((len(chunk.missing), len(chunk.places), recipe.dim), np.nan, np.float32)
            chunk.left = len(chunk.missing) * len(chunk.places)
            todo.append(chunk)
    problems: list[Problem] = []
    if todo:
        _compute(todo, drawn, snrs_db, recipe, open_model(), store, counter, problems)
    for chunk in todo:
        embeddings[np.ix_(chunk.missing, chunk.places)] = chunk.made
    return embeddings, tuple(problems)


def _chunk(drawn: Draw, places: range, snrs_db: Sequence[float], recipe: Recipe) -> _Chunk:
    pairs = tuple(tuple(drawn.pairs[i].identity) for i in places)
    keys = [
        key_of(
            "mixture block",
            VERSION,
            MixtureInputs(
                recipe.fingerprint, recipe.arithmetic, RESAMPLER, recipe.rate, recipe.width, pairs, float(snr)
            ),
        )
        for snr in snrs_db
    ]
    return _Chunk(np.array(places), keys, [], np.empty((0, len(places), recipe.dim), np.float32))


def _compute(
    chunks: list[_Chunk],
    drawn: Draw,
    snrs_db: Sequence[float],
    recipe: Recipe,
    model: Model,
    store: BlockStore,
    counter: Counter,
    problems: list[Problem],
) -> None:
    def produce(unit: tuple[_Chunk, int]) -> Iterator[_Mixed]:
        chunk, local = unit
        pair = drawn.pairs[int(chunk.places[local])]
        try:
            if pair.sound.identity(memory.content_hash(pair.sound.path)) != pair.content_hash:
                raise BadInput(f"{pair.name} has changed since the dataset was added. Add it again.")
            waveforms = mixtures(pair, [snrs_db[i] for i in chunk.missing], recipe.rate, recipe.width)
            yield _Mixed(chunk, local, waveforms, nbytes=waveforms.nbytes)
        except (BadInput, OSError) as error:
            detail = f"The clip at {pair.start_s:.2f} s could not be mixed with {pair.noise.name}: {error}"
            yield _Mixed(chunk, local, np.empty((0, 0), np.float32), Problem("unreadable", pair.name, detail))

    def deliver(chunk: _Chunk, rows: np.ndarray, embeddings: np.ndarray) -> None:
        chunk.made[np.divmod(rows, len(chunk.places))] = embeddings
        done(chunk, len(rows))

    def done(chunk: _Chunk, count: int) -> None:
        chunk.left -= count
        if chunk.left == 0 and not chunk.failed:
            for i, block in zip(chunk.missing, chunk.made, strict=True):
                store.save(chunk.keys[i], block)
        counter.add(count)

    units = ((chunk, local) for chunk in chunks for local in range(len(chunk.places)))
    device = model.device.type
    with HashMemory() as memory:
        ahead = Prefetcher(
            units,
            produce,
            threads=decoding_threads(),
            limit_bytes=AHEAD_BYTES.get(device, 64 << 20),
            alternate=device == "cpu",
        )
        forward: BatchEmbedder[_Chunk] = BatchEmbedder(model, recipe.rate, recipe.width, deliver)
        with ahead:
            for mixed in ahead:
                chunk = mixed.chunk
                if mixed.failure is not None:
                    problems.append(mixed.failure)
                    chunk.failed = True  # not stored: the file may be readable next time
                    done(chunk, len(chunk.missing))
                    continue
                rows = np.arange(len(chunk.missing)) * len(chunk.places) + mixed.place
                forward.add(chunk, rows, mixed.waveforms)
            forward.finish()
