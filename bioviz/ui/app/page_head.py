"""The head of pages that open with one sentence: it, the cards and the start of the evidence fit 1280 x 800 pixels."""

from __future__ import annotations

from bioviz.ui.session import Element
from bioviz.ui.state import CompareState, DiagnoseState

_HEADS = ((DiagnoseState.head, DiagnoseState.part), (CompareState.head, CompareState.part))
"""Keys of the containers that hold the sentence with what can be done next, and the parts of the page."""


def heads_style() -> str:
    """Return the rules of such pages, which are there before anything of a page is."""
    return _ROOM + "".join(_rules(head, part) for head, part in _HEADS)


_ROOM = """
.stMainBlockContainer{padding:8px 1.5rem 2rem}
/* In a narrow window the button of the navigation lies above the page. */
@media (max-width:767px){.stMainBlockContainer{padding-top:4rem}}
.stMainBlockContainer>.stVerticalBlock{gap:8px}
.st-key-run_bar{padding:0}
/* The page's name, where there is no sentence yet. */
.stMainBlockContainer>.stVerticalBlock>.stElementContainer h1{padding:0 0 1.25rem!important}
"""


def _rules(head: Element, part: Element) -> str:
    return (
        f".st-key-{head} h1{{font-size:22px!important;line-height:28px;padding:0!important}}"
        f".st-key-{head},.st-key-{head} .stColumn .stVerticalBlock{{gap:.25rem}}"
        f".st-key-{head} [data-testid=stMarkdownContainer]{{margin-bottom:0}}"
        f".st-key-{head} .stButton button{{min-height:32px;padding:0 8px}}"
        f".st-key-{head} .stButton button p{{font-size:13px}}"
        # What stands in for a button until it comes is as high as the button.
        f":is(.st-key-{head},.st-key-{part}) [data-testid=stSkeleton]{{height:32px}}"
        f".st-key-{head} .stCheckbox{{min-height:32px;display:flex;align-items:center}}"
        f".st-key-{part} button{{min-height:32px;padding:0 8px}}"
        f".st-key-{part} button p{{font-size:13px}}"
        f".st-key-{part} [role=radiogroup]{{flex-wrap:nowrap;overflow-x:auto}}"
    )
