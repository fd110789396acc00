"""What a page shows before Streamlit is there, and the room that it keeps until its first elements have come.

On a slow line the browser waits for Streamlit's scripts, on a server that has just been started for all that the pages
need: both show a word instead of white. The navigation comes late and pushes the page aside, and Streamlit's part that
sets the page's style later still, so the page is seen only once it is where it stays.
"""

from __future__ import annotations

from bioviz.plots.tokens import token
from bioviz.ui.app.pages import BARS, BENCHES, PAGES
from bioviz.ui.app.theme import STYLE_CLASS, room_of

_COME = f"body:has(style.{STYLE_CLASS})"
_YET_TO_COME = f"body:not(:has(style.{STYLE_CLASS}))"
_WORD = f"""
:root{{color-scheme:light dark}}
#bioviz-starting{{position:fixed;inset:0;z-index:1;display:grid;place-items:center;pointer-events:none;
  font:16px/1.5 "Source Sans",system-ui,sans-serif;color:light-dark({token("text")},{token("text", dark=True)})}}
body:not(:has([data-testid=stApp])){{background:light-dark({token("ground")},{token("ground", dark=True)})}}
{_COME} #bioviz-starting{{display:none}}
/* What should never come to pass is seen all the same: an error of the frame itself, after a while. */
{_YET_TO_COME} [data-testid=stAppViewContainer]{{visibility:hidden;animation:bioviz-reveal 0s 30s forwards}}
@keyframes bioviz-reveal{{to{{visibility:visible}}}}
"""


def first_paint(url: str) -> tuple[str, str]:
    """Return what stands in the head and in the body of a page's HTML.

    Parameters
    ----------
    url
        The page's name in addresses, "" for the one that opens first.

    """
    page = next((entry for entry in PAGES if entry.url == url), None)
    title = "" if page is None else page.title
    room = f"{_YET_TO_COME}{{{room_of(bench=title in BENCHES, bar=title in BARS)}}}"
    return (
        f"<style>{_WORD}{room}</style>",
        '<div id="bioviz-starting" role="status">bioviz is starting …</div>',
    )
