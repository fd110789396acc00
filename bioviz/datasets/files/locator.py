"""Finding the recordings that one table mentions, each reference once, with its problems."""

from __future__ import annotations

from dataclasses import dataclass, field

from bioviz.datasets.files.scan import Ambiguous, Files
from bioviz.datasets.problems import problem
from bioviz.datasets.sound_files.probe import probe
from bioviz.datasets.types import Problem
from bioviz.errors import BadInput


@dataclass
class Locator:
    """Looks up recordings for the rows of one table.

    Attributes
    ----------
    files
        The dataset's files.
    table
        Name of the table.
    problems
        References that fit none or several, each noted once.
    doubtful
        Recordings that a reference may mean, together with others.
    is_homeless
        Whether the table speaks of the recording of its own name, and there is none.

    """

    files: Files
    table: str
    problems: list[Problem] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    is_homeless: bool = False
    _known: dict[str, str | None] = field(default_factory=dict)
    _rates: dict[str, int | None] = field(default_factory=dict)

    def find(self, written: str) -> str | None:
        """Name of the recording; an empty reference means the one that the table's own name stands for."""
        if written not in self._known:
            self._known[written] = self._look_up(written)
        return self._known[written]

    def find_own(self) -> str | None:
        """Name of the recording that goes by the table's name, where there is one."""
        if "" not in self._known:
            beside = self.files.has_beside(self.table, or_only=False)
            self._known[""] = self._look_up("") if beside else None
        return self._known[""]

    @property
    def mentioned(self) -> set[str]:
        """All recordings found so far."""
        return {name for name in self._known.values() if name}

    def mention(self, written: str) -> None:
        """Note that the table speaks of a recording, though nothing is taken from the row."""
        self.find(written)

    def note(self, kind: str, detail: str) -> None:
        """Note a problem of the table, once."""
        if (noted := problem(kind, self.table, detail)) not in self.problems:
            self.problems.append(noted)

    def sample_rate(self, recording: str) -> int | None:
        """Return samples a second of a recording; None where it cannot be opened."""
        if recording not in self._rates:
            try:
                self._rates[recording] = probe(self.files.root / recording).sample_rate
            except BadInput:
                self._rates[recording] = None
        return self._rates[recording]

    def row_problem(self, line: int, detail: str) -> None:
        """Note a row that cannot be used."""
        self.problems.append(problem("bad_row", self.table, f"line {line}: {detail}"))

    def _look_up(self, written: str) -> str | None:
        try:
            match = self.files.find(written, self.table) if written else self.files.find_beside(self.table)
        except Ambiguous as several:
            self.doubtful.update(several.args[0])
            subject = written or "the name of the table"
            fits = ", ".join(several.args[0])
            self.problems.append(
                problem("ambiguous", self.table, f"{subject} fits several recordings: {fits}")
            )
            return None
        if match is None and not written and (match := self.files.only_recording) is not None:
            self.note("only_recording", f"it is taken to speak of {match}, the only recording here")
        if match is None:
            self.is_homeless |= not written
            detail = f"there is no recording {written!r}" if written else "there is no recording of this name"
            if written and (near := self.files.of_stem(written)):
                self.doubtful.update(near)
                detail += f" (there is {', '.join(near[:3])}; if that is meant, correct the table)"
            self.problems.append(problem("no_recording", self.table, detail))
        return match
