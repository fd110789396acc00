"""One sentence of a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Clause:
    """One sentence of the verdict.

    Attributes
    ----------
    text
        The sentence.
    kind
        "shortcut", "separability", "leak", "labels", "cause", "triage", "place", "queue", "picture" or
        "note": the part of the page that backs it.
    refs
        What it speaks of (JSON-able): "targets" (ints), "feature", "attribute", "cause", "rows".
    claim
        It says that something is there which chance could bring, and has been tested for that.
    short
        The same without its figures, for the head of a page; the whole sentence where there is no shorter one.

    """

    text: str
    kind: str
    refs: dict[str, object] = field(default_factory=dict)
    claim: bool = False
    short: str = ""

    @property
    def head(self) -> str:
        return self.short or self.text


def listed(parts: list[str], word: str = "and") -> str:
    """Return "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"
