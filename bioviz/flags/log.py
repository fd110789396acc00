"""The logs of flags; a line that takes one back names it as "undoes"."""

from bioviz.flags.records import Flag
from bioviz.user_logs import UserLogs

FLAG_LOGS = UserLogs("flag", Flag, withdrawal="undoes")
