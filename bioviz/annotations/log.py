"""The logs of annotations; a line that removes one names it as "removes"."""

from bioviz.annotations.records import UserAnnotation
from bioviz.user_logs import UserLogs

ANNOTATION_LOGS = UserLogs("annotation", UserAnnotation, withdrawal="removes")
