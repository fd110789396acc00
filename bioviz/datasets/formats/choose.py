"""Which layout, and so which reader, a folder is read by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats import annotated
from bioviz.datasets.formats.base import Format, Layout, RawDataset
from bioviz.datasets.formats.own_options import check_of_layout, check_of_tables, own_options
from bioviz.datasets.formats.registry import formats, layouts
from bioviz.datasets.options import Options
from bioviz.errors import BadInput, Missing


@dataclass(frozen=True)
class _Only:
    """Folders with tables of one format."""

    format: Format

    @property
    def name(self) -> str:
        return self.format.name

    @property
    def title(self) -> str:
        return self.format.title

    @property
    def own_options(self) -> tuple[str, ...]:
        return (*annotated.own_options, *own_options(self.format))

    def sniff(self, root: Path) -> float:
        return annotated.sniff(root)

    def read(self, root: Path, options: Options) -> RawDataset:
        return annotated.read(root, options, only=self.format)


def readers() -> dict[str, Layout]:
    """All that a folder can be read by, by name: layouts, and tables of one format alone."""
    tables: dict[str, Layout] = {name: _Only(format) for name, format in formats().items()}
    return {**layouts(), annotated.name: annotated, **tables}


def sniff_all(root: Path, options: Options | None = None) -> list[tuple[float, str]]:
    """Layouts that may fit a folder, the surest first: (confidence, name)."""
    if options is not None and options.table is not None:
        return [(1.0, annotated.name)]  # a table that is named is to be read
    scores = [(layout.sniff(root), name) for name, layout in layouts().items()]
    scores.append((annotated.sniff(root, options), annotated.name))
    return sorted((pair for pair in scores if pair[0] > 0), key=lambda pair: -pair[0])


def choose(root: Path, name: str | None = None, options: Options | None = None) -> Layout:
    """Return the reader of that name, or the layout that fits the folder best.

    Raises
    ------
    Missing
        No reader of that name.
    BadInput
        Nothing in the folder can be read.
    """
    if name is not None:
        known = readers()
        if name not in known:
            raise Missing(f"There is no reader {name!r}. Readers: {', '.join(sorted(known))}.")
        return known[name]
    ranked = sniff_all(root, options)
    if not ranked:
        audio = "wav, flac, ogg, mp3, aiff and others"
        raise BadInput(f"{root} holds no audio that bioviz can read ({audio}).{_other_sound(root)}")
    return readers()[ranked[0][1]]


def read_by(layout: Layout, root: Path, options: Options) -> RawDataset:
    """Read a folder by a layout.

    Raises
    ------
    BadInput
        Nothing of the layout is there, or an option was given that means nothing to it.
    """
    check_of_layout(options, layout, annotated)
    raw = layout.read(root, options)
    if layout is annotated or isinstance(layout, _Only):
        check_of_tables(options, raw.accounts, annotated)
    return raw


def _other_sound(root: Path) -> str:
    from bioviz.datasets.files.leftovers import unreadable_sound

    problems = unreadable_sound(Files.below(root))
    return "".join(f" {p.file}: {p.detail}." for p in problems[:3])
