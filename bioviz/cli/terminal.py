"""What the command line shows: a progress line on stderr and plain tables on stdout."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from bioviz.errors import Cancelled
from bioviz.jobs.rate import RateEstimate
from bioviz.percent import of_hundred

DRAW_EVERY_S = 0.1


class TerminalProgress:
    """One line that is redrawn on a terminal; in a log file, one line a stage.

    Parameters
    ----------
    stream
        Where to draw; stderr if None.
    quiet
        Draw nothing, still stop when asked.

    """

    def __init__(self, stream: TextIO | None = None, quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._live = self._stream.isatty()
        self._stage = ("", "")
        self._rate = RateEstimate()
        self._drawn = 0.0
        self._width = 0
        self.cancelled = False

    def report(self, stage: str, done: float, total: float, unit: str = "clips", note: str = "") -> None:
        """See bioviz.progress.Progress."""
        if self.cancelled:
            raise Cancelled(
                "Cancelled. What was computed so far is kept; the same command goes on from there."
            )
        now = time.monotonic()
        is_new, is_over = (stage, unit) != self._stage, done >= total
        if is_new:
            self._end_line()
            self._stage, self._rate = (stage, unit), RateEstimate()
        self._rate.update(float(done), now)
        if self._quiet or not (is_new or is_over or (self._live and now - self._drawn >= DRAW_EVERY_S)):
            return
        self._drawn = now
        text = progress_line(stage, done, total, unit, self._rate)
        if self._live:
            columns = shutil.get_terminal_size().columns - 1
            self._stream.write("\r" + text[:columns].ljust(min(self._width, columns)))
            self._width = len(text)
        elif is_over or is_new:
            self._stream.write(text + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the cursor on a line of its own."""
        self._end_line()

    def _end_line(self) -> None:
        if self._live and self._width:
            self._stream.write("\n")
            self._stream.flush()
        self._width = 0

    @contextmanager
    def stopped_by_ctrl_c(self) -> Iterator[None]:
        """Within, Ctrl-C stops at the next report, so that what is finished is kept; a second one at once."""

        def ask(number: int, frame: FrameType | None) -> None:
            if self.cancelled:
                raise KeyboardInterrupt
            self.cancelled = True

        before = signal.signal(signal.SIGINT, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            self.close()


def progress_line(stage: str, done: float, total: float, unit: str, rate: RateEstimate) -> str:
    """E.g. "Embedding [#####.....] 250/500 clips, 41.2 clips/s, 0:06 left"."""
    share = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
    bar = "#" * round(share * 20)
    text = f"{stage[:1].upper()}{stage[1:]} [{bar:.<20}] {done:,.0f}/{total:,.0f} {unit}"
    if rate.rate is not None:
        text += f", {rate.rate:,.1f} {unit}/s"
    left = rate.eta_s(total)
    if left:
        text += f", {int(left) // 60}:{int(left) % 60:02d} left"
    return text


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns under their names, numbers to the right."""
    body = [[_cell(value) for value in row] for row in rows]
    if not body:
        return "  ".join(head)
    numeric = [all(_is_number(text) for text in column) for column in zip(*body, strict=True)]
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    lines = [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in [list(head), *body]
    ]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _is_number(text: str) -> bool:
    return (
        text == "-"
        or text.replace(",", "").replace(".", "", 1).replace("-", "", 1).rstrip(of_hundred("")).isdigit()
    )
