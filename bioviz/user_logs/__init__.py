"""What a user says for good: the parts that flags and drawn annotations have in common."""

from bioviz.user_logs.fields import (
    LONGEST_LABEL,
    check_id,
    check_label,
    check_user,
    new_id,
    now,
    one_line,
    user_key,
)
from bioviz.user_logs.logs import Log, UserLogs, Writer
from bioviz.user_logs.places import Places
from bioviz.user_logs.records import UserRecord

__all__ = [
    "LONGEST_LABEL",
    "Log",
    "Places",
    "UserLogs",
    "UserRecord",
    "Writer",
    "check_id",
    "check_label",
    "check_user",
    "new_id",
    "now",
    "one_line",
    "user_key",
]
