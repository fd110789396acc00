"""Run a model over rows that come one recording at a time, in batches that cross their borders.

Every batch is filled up to a multiple of the first size. Kernels for a handful of clips sum in another order than those
for many, and the last digits that this moves are enough to turn a UMAP round; over full multiples of eight all models
here gave the same bytes on a processor, wherever in the batch a clip stood. So an embedding depends neither on the
batch size that was the quickest today nor on which clips were left to compute.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from bioviz.errors import BadInput

if TYPE_CHECKING:
    import torch

    from bioviz.models.base import Model

Owner = TypeVar("Owner")
FIRST_SIZE = 8
MAX_BATCH = {"cuda": 1024, "mps": 64, "cpu": 32}
_BATCH_BYTES = 256 << 20  # of waveforms in one batch
_WORTH = 1.05  # a larger batch must be this much quicker, or the smaller one stays


class BatchSize:
    """Finds the batch size on the work itself: doubles it while clips come out quicker, so nothing is wasted.

    Each size is timed on its second batch, because the first one sets things up.
    """

    def __init__(self, first: int, largest: int) -> None:
        self.size = min(first, largest)
        self.searching = True
        self._largest = largest
        self._warm = False
        self._best: tuple[float, int] | None = None  # clips/s, size

    def took(self, clips: int, seconds: float) -> None:
        """Tell how long a batch took; only full ones count."""
        if not self.searching or clips != self.size:
            return
        if not self._warm:
            self._warm = True
            return
        rate = clips / seconds
        if self._best is not None and rate < self._best[0] * _WORTH:
            self.size, self.searching = self._best[1], False
            return
        self._best = (rate, self.size)
        if self.size * 2 > self._largest:
            self.searching = False
        else:
            self.size, self._warm = self.size * 2, False

    def too_large(self, clips: int) -> None:
        """Tell that a batch of `clips` did not fit in memory."""
        self.size = self._largest = max(1, clips // 2)
        self.searching = False


@dataclass
class _Batch(Generic[Owner]):
    """A buffer of waveforms being filled, or on its way through the model."""

    waveforms: torch.Tensor
    count: int = 0
    pieces: list[tuple[Owner, np.ndarray]] = field(default_factory=list)
    result: torch.Tensor | None = None


class BatchEmbedder(Generic[Owner]):
    """Collect rows into batches, embed them, hand each owner its part back.

    On CUDA two pinned buffers take turns: one is filled and sent while the other is computed.

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

    """

    def __init__(
        self,
        model: Model,
        rate: int,
        width: int,
        deliver: Callable[[Owner, np.ndarray, np.ndarray], None],
        embed: Callable[[torch.Tensor, int], torch.Tensor] | None = None,
    ) -> None:
        self._model, self._rate, self._width, self._deliver = model, rate, width, deliver
        self._forward = embed or model.embed
        kind = model.device.type
        self._async = kind == "cuda"
        largest = min(MAX_BATCH.get(kind, 32), max(1, _BATCH_BYTES // (4 * width)))
        self._multiple = min(FIRST_SIZE, largest)
        self.batch_size = BatchSize(FIRST_SIZE, largest)
        self._spare: torch.Tensor | None = None
        self._in_flight: _Batch | None = None
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
        self._collect()

    def _run(self) -> None:
        import torch

        batch = self._current
        started = time.perf_counter()
        with torch.inference_mode():
            batch.result = self._embed(self._filled(batch))
        if not self._async:
            self._in_flight = batch
            self.batch_size.took(batch.count, time.perf_counter() - started)
            self._collect()
        else:
            if self.batch_size.searching:
                torch.cuda.synchronize(self._model.device)
                self.batch_size.took(batch.count, time.perf_counter() - started)
            self._collect()  # the batch before this one
            self._in_flight = batch
        self._current = self._new_batch()

    def _filled(self, batch: _Batch) -> torch.Tensor:
        """Return the batch with silence after its last clip, up to a full multiple (or the end of the buffer)."""
        size = min(-(-batch.count // self._multiple) * self._multiple, len(batch.waveforms))
        batch.waveforms[batch.count : size] = 0
        return batch.waveforms[:size]

    def _collect(self) -> None:
        batch, self._in_flight = self._in_flight, None
        if batch is None:
            return
        assert batch.result is not None  # it is computed before it is put in flight
        embeddings = batch.result.float().cpu().numpy()  # waits for the device
        self._spare = batch.waveforms
        at = 0
        for owner, rows in batch.pieces:
            self._deliver(owner, rows, embeddings[at : at + len(rows)])
            at += len(rows)

    def _embed(self, waveforms: torch.Tensor) -> torch.Tensor:
        import torch

        try:
            sent = waveforms.to(self._model.device, non_blocking=self._async)
            return self._forward(sent, self._rate)
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
        if self._async:
            torch.cuda.empty_cache()
        half = len(waveforms) // 2
        return torch.cat([self._embed(waveforms[:half]), self._embed(waveforms[half:])])

    def _new_batch(self) -> _Batch:
        import torch

        buffer, self._spare = self._spare, None
        if buffer is None or len(buffer) != self.batch_size.size:
            buffer = torch.empty((self.batch_size.size, self._width), pin_memory=self._async)
        return _Batch(buffer)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch means that memory was too little."""
    import torch

    # The CPU allocator and MPS raise a plain RuntimeError.
    words = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "allocate memory" in words or "out of memory" in words
