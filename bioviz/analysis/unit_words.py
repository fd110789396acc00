"""What a dataset's unit of independence is called in sentences: the one place that makes them."""

from __future__ import annotations

from dataclasses import dataclass

UNITS = "units of independence"
"""Where a sentence is not about one dataset."""


@dataclass(frozen=True)
class UnitWords:
    """Words for a noun such as "recording", "site" or "original recording"."""

    one: str = "recording"

    @property
    def several(self) -> str:
        return f"{self.one}s"

    @property
    def other(self) -> str:
        return f"other {self.several}"

    @property
    def same(self) -> str:
        return f"same {self.one}"

    @property
    def by(self) -> str:
        """As in "95 % intervals, by recording"."""
        return f"by {self.one}"

    def counted(self, count: int) -> str:
        return f"{count:,} {self.one if count == 1 else self.several}"

    def fewer_than(self, count: int) -> str:
        return f"fewer than {count} {self.several}"
