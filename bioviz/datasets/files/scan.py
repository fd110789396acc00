"""The files of a folder, and which audio file a table means."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from bioviz.datasets.files.unusable import is_text, leads_outside
from bioviz.datasets.formats.base import RawRecording
from bioviz.datasets.problems import problem
from bioviz.datasets.sound_files.probe import is_audio, is_audio_inside
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput

# Endings that programs put between the recording's stem and the table's suffix.
_TABLE_ENDINGS = (
    ".birdnet.selection.table", ".birdnet.results", ".birdnet", ".selection.table", ".selections", ".selection",
    ".table.1.selections", ".table.2.selections", ".results", ".labels", "_labels", "_label", ".annotations",
    "_annotations", "_selections", "_selection", ".not", ".birdnet.selection", "_annotation",
)  # fmt: skip


_ENDING = re.compile(r"\.[A-Za-z][^./]{0,9}$")  # a file without one may be sound all the same


class Ambiguous(Exception):
    """A table's reference fits several audio files; args[0] is the list of their names."""


def walk(root: Path) -> list[str]:
    """All files below `root`, sorted, relative with forward slashes; hidden ones and macOS leftovers left out."""
    names: list[str] = []
    top = str(root)
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__MACOSX")
        inside = os.path.relpath(folder, top).replace(os.sep, "/")
        prefix = "" if inside == "." else inside + "/"
        names.extend(prefix + name for name in files if not name.startswith("."))
    return sorted(filter(is_text, names))


@dataclass(frozen=True)
class Files:
    """The files of a dataset's folder."""

    root: Path
    names: tuple[str, ...]

    @classmethod
    def below(cls, root: Path) -> Files:
        """Return those below a folder whose names can be read, without tables that links lead outside to."""
        return cls(Path(root), tuple(name for name in walk(root) if leads_outside(Path(root), name) is None))

    @cached_property
    def audio(self) -> tuple[str, ...]:
        """Names of the audio files."""
        return tuple(
            name
            for name in self.names
            if is_audio(name) or (not _ENDING.search(name) and is_audio_inside(self.root / name))
        )

    @cached_property
    def tables_and_others(self) -> tuple[str, ...]:
        """Names of the files that are no sound, of kinds that can be opened or not."""
        from bioviz.datasets.files.leftovers import unsupported_sound

        audio = set(self.audio)
        return tuple(n for n in self.names if n not in audio and unsupported_sound(n) is None)

    def named_in(self, text: str) -> set[str]:
        """Audio files whose name (with or without its ending) stands in a text as a word of its own.

        Words end at tabs, commas, semicolons, quotes, brackets, slashes and line ends; blanks may be part of a name.
        """
        words = {_key(word.strip()) for word in re.split(r"[\t,;|\"'<>\[\](){}=\r\n/\\]+", text)}
        words |= {_key(word) for word in text.split()}
        words |= {re.sub(r"_\d+(\.\d+)?$", "", word) for word in words}  # as in "recording_5", 5 s into it
        by_name = (names for word in words for names in (self._by_base.get(word), self._by_stem.get(word)))
        return {name for names in by_name if names for name in names}

    def tables(self, *suffixes: str) -> list[str]:
        """Names of the files that end like this (small letters or capitals)."""
        return [name for name in self.names if name.lower().endswith(suffixes)]

    def chosen(self, table: str | None, tables: Iterable[str]) -> list[str]:
        """Return the one table that the user names, else those found.

        Raises
        ------
        BadInput
            The folder has no such file.

        """
        if table is None:
            return list(tables)
        if table not in self.names:
            raise BadInput(f"{self.root} holds no table {table!r}.")
        return [table]

    @cached_property
    def _exact(self) -> dict[str, str]:
        return {name: name for name in self.audio}

    @cached_property
    def _by_base(self) -> dict[str, list[str]]:
        names = defaultdict(list)
        for name in self.audio:
            names[_key(name.rsplit("/", 1)[-1])].append(name)
        return names

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        names = defaultdict(list)
        for name in self.audio:
            names[_key(PurePosixPath(name).stem)].append(name)
        return names

    def find(self, reference: str, beside: str = "") -> str | None:
        """Return the audio file that a table names.

        Tried in turn: the path from the root, the path from the table's folder, the file whose last folders agree
        best with it (tables carry paths of the machine they were made on).

        Parameters
        ----------
        reference
            Path or file name as written, with either kind of slash.
        beside
            Name of the table.

        Raises
        ------
        Ambiguous
            Several files fit equally well.

        """
        wanted = reference.strip().strip('"').replace("\\", "/")
        while wanted.startswith("./"):
            wanted = wanted[2:]
        folder = beside.rpartition("/")[0]
        for candidate in (wanted, f"{folder}/{wanted}" if folder else wanted):
            normal = os.path.normpath(candidate).replace(os.sep, "/")
            if normal in self._exact:
                return normal
        parts = [_key(part) for part in wanted.split("/") if part not in ("", ".", "..")]
        if not parts:
            return None
        candidates = self._by_base.get(parts[-1], [])
        if not candidates:
            return self._one(self._by_stem.get(parts[-1], []), folder) if "." not in parts[-1] else None
        if len(candidates) > 1:
            agree = [_common_tail(parts, _key(name).split("/")) for name in candidates]
            candidates = [name for name, n in zip(candidates, agree, strict=True) if n == max(agree)]
        return self._one(candidates, folder)

    def find_beside(self, table: str) -> str | None:
        """Return the audio file that a table without file names belongs to: the one of its stem, in its folder first.

        Raises
        ------
        Ambiguous
            Several, for example a .wav and a .flac of one stem.

        """
        folder, _, base = table.rpartition("/")
        for stem in _stems(base):
            if names := self._by_stem.get(stem):
                return self._one(names, folder)
            if is_audio(stem) and stem in self._by_base:  # rec.wav.txt
                return self._one(self._by_base[stem], folder)
        return None

    def has_beside(self, table: str, or_only: bool = True) -> bool:
        """Whether a recording (or several) goes by the table's name, or (with `or_only`) there is one alone."""
        try:
            return (or_only and self.only_recording is not None) or self.find_beside(table) is not None
        except Ambiguous:
            return True

    def of_stem(self, reference: str) -> list[str]:
        """Audio files that differ from a reference in the ending (or the folder) alone, for a hint."""
        return self._by_stem.get(_key(PurePosixPath(reference.replace("\\", "/")).stem), [])

    @cached_property
    def only_recording(self) -> str | None:
        """The one recording of the folder, where there is no other sound, not even of a kind that cannot be opened."""
        from bioviz.datasets.files.leftovers import unsupported_sound

        if len(self.audio) != 1 or any(unsupported_sound(name) for name in self.names):
            return None
        return self.audio[0]

    @staticmethod
    def _one(candidates: list[str], folder: str) -> str | None:
        if len(candidates) > 1:
            candidates = [name for name in candidates if name.rpartition("/")[0] == folder] or candidates
        if len(candidates) > 1:  # audio/north/a.wav for annotations/north/a.txt
            own = [_key(part) for part in folder.split("/")]
            agree = [_common_tail(own, _key(name).split("/")[:-1]) for name in candidates]
            candidates = [name for name, n in zip(candidates, agree, strict=True) if n == max(agree)]
        if len(candidates) > 1:
            raise Ambiguous(candidates)
        return candidates[0] if candidates else None

    def recording(self, name: str, **more: Any) -> RawRecording:
        """Return a RawRecording for an audio file of this folder."""
        return RawRecording(self.root / name, name, **more)

    def listed(
        self, mentioned: Iterable[str], unannotated: str, doubtful: Iterable[str] = ()
    ) -> tuple[list[RawRecording], list[Problem]]:
        """Return the recordings of a dataset.

        Parameters
        ----------
        mentioned
            Those that its tables mention.
        unannotated
            What the others are (Options.unannotated).
        doubtful
            Those whose table could not be used or may mean another; they are never background.

        Returns
        -------
        The recordings, and a problem for each that is left out.

        """
        mentioned, doubtful = set(mentioned), set(doubtful)
        wanted, left_out = [], []
        for name in self.audio:
            if name in mentioned or (unannotated == "background" and name not in doubtful):
                wanted.append(self.recording(name))
                continue
            detail = (
                "its table could not be used, so what it holds is unknown"
                if name in doubtful
                else "no table mentions it, so what it holds is unknown"
            )
            left_out.append(problem("unlisted", name, detail))
        return wanted, left_out


def _key(name: str) -> str:
    """Return a name for comparing: without case, and with composed characters (macOS stores them taken apart)."""
    return unicodedata.normalize("NFC", name).casefold()


def _common_tail(a: list[str], b: list[str]) -> int:
    count = 0
    for x, y in zip(reversed(a), reversed(b), strict=False):
        if x != y:
            break
        count += 1
    return count


def _stems(base: str) -> list[str]:
    """Stems of the recording that a table's file name may stand for, longest first."""
    stem = _key(base.rpartition(".")[0])
    stems = [stem]
    for ending in _TABLE_ENDINGS:
        if stem.endswith(ending):
            stems.append(stem[: -len(ending)])
    # Any further ".word" endings, e.g. rec.Table.1.selections.txt or rec.analyst2.txt.
    while "." in stem:
        stem = stem.rpartition(".")[0]
        stems.append(stem)
    return list(dict.fromkeys(s for s in stems if s))
