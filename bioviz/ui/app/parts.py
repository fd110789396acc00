"""The parts that pages have, of which a link names one."""

from __future__ import annotations

from bioviz.ui.compare import sections as compare_sections
from bioviz.ui.diagnose import sections as diagnose_sections
from bioviz.ui.view import keep_known


def check_part() -> None:
    """Say so where a link names a part that neither Diagnose nor Compare has; the first part then opens."""
    keep_known("section", [*diagnose_sections.SECTIONS, *compare_sections.SECTIONS], "part of a page")
