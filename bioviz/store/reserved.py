"""Names that no file can have on Windows, whatever its ending."""

from __future__ import annotations

DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{i}" for port in ("com", "lpt") for i in range(1, 10))}
)
