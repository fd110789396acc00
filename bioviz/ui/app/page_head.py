"""The head of pages that open with one sentence: it, the cards and the start of the evidence fit 1280 x 800 pixels."""

from __future__ import annotations

from bioviz.ui.session import Element


def page_style(head: Element, part: Element) -> str:
    """Return the style of such a page.

    Parameters
    ----------
    head
        Key of the container that holds the sentence and what can be done next.
    part
        Key of the container that holds the parts of the page, which stand on one line.

    """
    return (
        f"<style>.stMainBlockContainer:has(.st-key-{head}){{padding:8px 1.5rem 2rem}}"
        # In a narrow window the button of the navigation lies above the page.
        f"@media (max-width:767px){{.stMainBlockContainer:has(.st-key-{head}){{padding-top:4rem}}}}"
        f".stMainBlockContainer:has(.st-key-{head})>.stVerticalBlock{{gap:8px}}"
        f".stMainBlockContainer:has(.st-key-{head}) .st-key-run_bar{{padding:0}}"
        f".st-key-{head} h1{{font-size:22px!important;line-height:28px;padding:0!important}}"
        f".st-key-{head},.st-key-{head} .stColumn .stVerticalBlock{{gap:.25rem}}"
        f".st-key-{head} [data-testid=stMarkdownContainer]{{margin-bottom:0}}"
        f".st-key-{head} .stButton button{{min-height:32px;padding:0 8px}}"
        f".st-key-{head} .stButton button p{{font-size:13px}}"
        f".st-key-{part} button{{min-height:32px;padding:0 8px}}"
        f".st-key-{part} button p{{font-size:13px}}"
        f".st-key-{part} [role=radiogroup]{{flex-wrap:nowrap;overflow-x:auto}}</style>"
    )
