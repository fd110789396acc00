"""No call is made out, and no trace of it is found: masked as a whole, or the label is wrong."""

from bioviz.analysis.diagnosis.causes.masked import FAINT
from bioviz.analysis.diagnosis.causes.registry import Cause, register

register(
    Cause(
        "unheard",
        "no call made out: masked, or wrong label; listen",
        40,
        lambda words: words.heard + words.unlike,
        FAINT,
        lambda evidence, has_sign: has_sign & ~evidence.has_trace,
    )
)
