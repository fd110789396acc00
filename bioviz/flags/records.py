"""What a flag is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bioviz.user_logs import UserRecord

KINDS = ("wrong_label", "background", "missed", "bad_audio", "unsure", "fine")
TITLES: Mapping[str, str] = {
    "wrong_label": "wrong label",
    "background": "should be background",
    "missed": "missed call",
    "bad_audio": "bad audio",
    "unsure": "unsure",
    "fine": "fine",
}
LABELLED = ("wrong_label", "missed")  # the kinds that may name a label


@dataclass(frozen=True)
class Flag(UserRecord):
    """What a user said about a clip.

    The recording's content with start_s and end_s names the clip, so that a flag is found again after a new scan, in
    whatever row the clip then is.

    Attributes
    ----------
    row
        Of the clip in its dataset at the time.
    kind
        One of KINDS.
    label
        The right label (wrong_label; "" takes the label away) or the label of the missed call.
    wrong
        In wrong_label the label that is wrong; "" for all labels of the clip.
    note
        Free text.
    user
        Who said it.
    time
        When, ISO 8601 in UTC with microseconds.

    """

    row: int
    kind: str
    label: str
    wrong: str
    note: str
    user: str
    time: str

    @property
    def verdict(self) -> tuple[str, str, str]:
        """What it says, without by whom and when."""
        return self.kind, self.label, self.wrong

    @property
    def text(self) -> str:
        """What it says in words."""
        title = TITLES[self.kind]
        match self.kind, bool(self.label):
            case "wrong_label", True:
                return f"{title}: {self.wrong or 'it'} is {self.label}"
            case "wrong_label", False:
                return f"{title}: {self.wrong}" if self.wrong else title
            case "missed", _:
                return f"{title}: {self.label}"
        return title

    def check(self) -> None:
        """Raise ValueError for an unknown kind."""
        if self.kind not in KINDS:
            raise ValueError("an unknown kind")
