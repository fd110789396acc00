"""Run a model over rows that come one recording at a time, in batches that cross their borders.

Every batch is filled up to a multiple of the first size. Kernels for a handful of clips sum in another order than those
for many, and the last digits that this moves are enough to turn a UMAP round; over full multiples of eight all models
here gave the same bytes on a processor, wherever in the batch a clip stood. So an embedding depends neither on the
batch size that was the quickest today nor on which clips were left to compute.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from bioviz.embedding.batches.lanes import Lane, Pending, lane_of
from bioviz.errors import BadInput

if TYPE_CHECKING:
    import torch

    from bioviz.models.base import Model

Owner = TypeVar("Owner")
FIRST_SIZE = 8
_FIRST_ON_GPU = 64  # smaller batches only show how long it takes to ask a GPU for them
MAX_BATCH = {"cuda": 1024, "mps": 64, "cpu": 32}
_BATCH_BYTES = 256 << 20  # of waveforms in one batch
_WORTH = 1.05  # a larger batch must be this much quicker, or the smaller one stays
_SAMPLES = 3  # batches of a size that are timed


class BatchSize:
    """Finds the batch size on the work itself: doubles it while clips come out quicker, so nothing is wasted.

    The first batch of a size sets things up and does not count; of the next three the one in the middle does, so that a
    program which takes the machine for a moment does not end the search.

    Parameters
    ----------
    first, largest
        Sizes to begin and to end with.
    patience
        So many sizes in a row that are no quicker end the search.

    """

    def __init__(self, first: int, largest: int, patience: int = 1) -> None:
        self.size = min(first, largest)
        self.searching = True
        self._patience, self._worse = patience, 0
        self._largest = largest
        self._warm = False
        self._seconds: list[float] = []
        self._best: tuple[float, int] | None = None  # clips/s, size

    def took(self, clips: int, seconds: float) -> None:
        """Tell how long the device computed a batch; only full ones count."""
        if not self.searching or clips != self.size:
            return
        if not self._warm:
            self._warm = True
            return
        self._seconds.append(seconds)
        if len(self._seconds) < _SAMPLES:
            return
        rate = clips / max(median(self._seconds), 1e-9)
        if self._best is None or rate >= self._best[0] * _WORTH:
            self._best, self._worse = (rate, self.size), 0
        else:
            self._worse += 1
        if self._worse >= self._patience or self.size * 2 > self._largest:
            self.size, self.searching = self._best[1], False
        else:
            self.size, self._warm, self._seconds = self.size * 2, False, []

    def too_large(self, clips: int) -> None:
        """Tell that a batch of `clips` did not fit in memory."""
        self.size = self._largest = max(1, clips // 2)
        self.searching = False


@dataclass
class _Batch(Generic[Owner]):
    """A buffer of waveforms being filled, or on its way through the model in one part (more where memory is short)."""

    waveforms: torch.Tensor
    count: int = 0
    pieces: list[tuple[Owner, np.ndarray]] = field(default_factory=list)
    parts: list[Pending] = field(default_factory=list)


class BatchEmbedder(Generic[Owner]):
    """Collect rows into batches, embed them, hand each owner its part back.

    Where the device works by itself (CUDA), a batch is waited for when the next one is under way: one is computed while
    the other is filled and sent.

    Parameters
    ----------
    model
        An opened model.
    rate
        Hz of the waveforms.
    width
        Samples in one.
    deliver
        Called as deliver(owner, rows, embeddings (len(rows), D) float32), in the order added.
    embed
        What gives (B, D) of (B, T) waveforms and their rate; the model's own `embed` if None.
    lane
        The way through the model's device; that of its kind if None.

    Attributes
    ----------
    busy_s
        Seconds that the device computed so far.

    """

    def __init__(
        self,
        model: Model,
        rate: int,
        width: int,
        deliver: Callable[[Owner, np.ndarray, np.ndarray], None],
        embed: Callable[[torch.Tensor, int], torch.Tensor] | None = None,
        lane: Lane | None = None,
    ) -> None:
        self._rate, self._width, self._deliver = rate, width, deliver
        self._embed = embed or model.embed
        self._lane = lane or lane_of(model.device)
        largest = min(MAX_BATCH.get(model.device.type, 32), max(1, _BATCH_BYTES // (4 * width)))
        self._multiple = min(FIRST_SIZE, largest)
        on_gpu = model.device.type == "cuda"
        self.batch_size = BatchSize(*((_FIRST_ON_GPU, largest, 2) if on_gpu else (FIRST_SIZE, largest)))
        self.busy_s = 0.0
        self._spare: list[torch.Tensor] = []
        self._under_way: deque[_Batch] = deque()
        self._current = self._new_batch()

    def add(self, owner: Owner, rows: np.ndarray, waveforms: np.ndarray) -> None:
        """Take (n, T) float32 waveforms that are `rows` (n,) of what belongs to `owner`."""
        at = 0
        while at < len(rows):
            batch = self._current
            count = min(len(rows) - at, len(batch.waveforms) - batch.count)
            batch.waveforms.numpy()[batch.count : batch.count + count] = waveforms[at : at + count]
            batch.pieces.append((owner, rows[at : at + count]))
            batch.count += count
            at += count
            if batch.count == len(batch.waveforms):
                self._run()

    def finish(self) -> None:
        """Embed and deliver what is left."""
        if self._current.count:
            self._run()
        self._collect(0)

    def _run(self) -> None:
        import torch

        batch = self._current
        with torch.inference_mode():
            batch.parts = self._submit(self._filled(batch))
        self._under_way.append(batch)
        self._collect(self._lane.depth)
        self._current = self._new_batch()

    def _filled(self, batch: _Batch) -> torch.Tensor:
        """Return the batch with silence after its last clip, up to a full multiple (or the end of the buffer)."""
        size = min(-(-batch.count // self._multiple) * self._multiple, len(batch.waveforms))
        batch.waveforms[batch.count : size] = 0
        return batch.waveforms[:size]

    def _collect(self, left: int) -> None:
        """Wait for batches, oldest first, until so many are left, and deliver what they gave."""
        while len(self._under_way) > left:
            batch = self._under_way.popleft()
            results = [part.wait() for part in batch.parts]
            seconds = sum(taken for _, taken in results)
            embeddings = np.concatenate([values for values, _ in results])
            self._spare.append(batch.waveforms)
            self.busy_s += seconds
            if len(results) == 1:
                self.batch_size.took(batch.count, seconds)
            at = 0
            for owner, rows in batch.pieces:
                self._deliver(owner, rows, embeddings[at : at + len(rows)])
                at += len(rows)

    def _submit(self, waveforms: torch.Tensor) -> list[Pending]:
        """Send a batch through the model, in halves where memory is short."""
        try:
            return [self._lane.submit(waveforms, lambda sent: self._embed(sent, self._rate))]
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        # Outside of the except block, whose traceback keeps the tensors that did not fit.
        if len(waveforms) == 1:
            raise BadInput(
                f"There is not enough memory for one clip of {self._width / self._rate:.1f} s with this model. "
                "Close other programs, or choose shorter windows or a smaller model."
            )
        self.batch_size.too_large(len(waveforms))
        self._lane.release()
        half = len(waveforms) // 2
        return [*self._submit(waveforms[:half]), *self._submit(waveforms[half:])]

    def _new_batch(self) -> _Batch:
        size = self.batch_size.size
        self._spare = [buffer for buffer in self._spare if len(buffer) == size]
        return _Batch(self._spare.pop() if self._spare else self._lane.buffer(size, self._width))


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch means that memory was too little."""
    import torch

    # The CPU allocator and MPS raise a plain RuntimeError.
    words = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in words or "out of memory" in words
