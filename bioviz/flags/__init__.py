"""What users say about clips after listening: kept for good, merged, exported, and applied as a cleaned dataset."""

from bioviz.flags.actions import flag, undo
from bioviz.flags.cleaned import apply_flags, make_cleaned
from bioviz.flags.log import FLAG_LOGS
from bioviz.flags.merged import Flags, load_flags
from bioviz.flags.records import KINDS, TITLES, Flag
from bioviz.user_logs import check_label, check_user

__all__ = [
    "FLAG_LOGS",
    "KINDS",
    "TITLES",
    "Flag",
    "Flags",
    "apply_flags",
    "check_label",
    "check_user",
    "flag",
    "load_flags",
    "make_cleaned",
    "undo",
]
