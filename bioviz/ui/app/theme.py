"""Light or dark, as the browser shows it now."""

from __future__ import annotations

import streamlit as st

from bioviz.plots.tokens import css_variables
from bioviz.ui.app.page_head import heads_style

STYLE_CLASS = "bioviz-page"
"""Of the style sheet that the frame sends: where it is there, a page looks as it will."""


def is_dark() -> bool:
    """Whether the app is shown in the dark theme."""
    return st.context.theme.type == "dark"


def tighten(bench: bool = False, bar: bool = False) -> None:
    """Leave less empty room around the page than Streamlit leaves.

    Parameters
    ----------
    bar
        What is shown is chosen in a line above the page, beside a narrow navigation; the page opens with a sentence.
    bench
        Leave none: the page fills the window, with a narrow navigation. Said before anything of the page is drawn, so
        that nothing moves when it is.

    """
    above = f"{_ABOVE_THE_PAGE}{{color-scheme:{'dark' if is_dark() else 'light'}}}"
    st.html(f"<style class={STYLE_CLASS}>:root{{{css_variables()}}}{above}{room_of(bench, bar)}</style>")


def room_of(bench: bool = False, bar: bool = False) -> str:
    """Return the rules that say where things stand on such a page; the arguments are those of `tighten`."""
    return f"{_PAGES}{f'{_BAR}{_BENCH}' if bench else f'{_BAR}{heads_style()}' if bar else ''}"


# What lies above the page is no part of the app's element, whose scheme decides the colours of the palette.
_ABOVE_THE_PAGE = "[data-testid=stDialog],[data-baseweb=popover],[data-baseweb=tooltip]"

_PAGES = """
/* Contrast of 4.5 and more (WCAG AA), which Streamlit's own greys and its white on a light accent lack. */
[data-testid=stCaptionContainer],[data-testid=stCaptionContainer] *{color:var(--bioviz-muted);opacity:1}
[data-testid^=stBaseButton-primary]:not(:disabled),
[data-testid^=stBaseButton-primary]:not(:disabled) *{color:var(--bioviz-on-accent)}
.stMainBlockContainer{padding-top:1.5rem;padding-bottom:2rem}
/* In a narrow window the button of the navigation lies above the page. */
@media (max-width:767px){.stMainBlockContainer{padding-top:4rem}}
@media (prefers-reduced-motion:reduce){*,::before,::after{animation-duration:.01ms!important;
  animation-iteration-count:1!important;transition-duration:.01ms!important;scroll-behavior:auto!important}}
/* Streamlit's own CSV of a table runs formulas where it is opened; bioviz's downloads do not. */
button[aria-label^="Download as CSV"]{display:none}
/* What is pressed is 24 pixels wide and high at least, in the room that it had. */
button[aria-label^="Help for"]{box-sizing:content-box!important;width:16px;height:16px;padding:4px!important;
  margin:-4px!important}
.js-plotly-plot .modebar-btn{min-width:24px;min-height:24px}
[data-testid=stMultiSelect] button[aria-label=Open]{min-height:24px}
[data-testid=stMultiSelect] [data-tag] button{box-sizing:border-box;flex:none;display:grid;place-items:center;
  width:24px;height:24px;padding:0;margin:0 -6px 0 0}
/* What has nothing to show takes no room. */
.stMainBlockContainer .stElementContainer:is(.st-key-connection,.st-key-theme_link,
  .st-key-whole_names,.st-key-act_link){
  position:absolute;width:0!important;overflow:hidden}
[data-testid=stSidebarHeader]{height:2.5rem;margin-bottom:0}
/* Names of models and checkpoints are long, and the box of a picker cannot wrap them. */
input[role=combobox]{text-overflow:ellipsis}
[data-testid=stSidebar] input[role=combobox]{font-size:.85rem;padding-right:0}
[data-testid=stMetricValue]{font-size:1.5rem}
h1{font-size:1.9rem!important;padding:.5rem 0 .25rem!important}
h2{font-size:1.5rem!important}h3{font-size:1.2rem!important}
"""

_NARROW_NAVIGATION = """
[data-testid=stSidebar]{transition:none}
[data-testid=stSidebar][data-collapsed=false]{width:184px!important;min-width:184px!important}
@media (min-width:768px) and (max-width:1360px){
 [data-testid=stSidebar][data-collapsed=false]{width:56px!important;min-width:56px!important}
}
"""

# Narrow navigation, and pickers on one line.
_BAR = (
    _NARROW_NAVIGATION
    + """
.st-key-run_bar{height:40px;padding:0 16px;flex-wrap:nowrap!important;align-items:center}
.st-key-run_bar input[role=combobox]{font-size:13px;padding:14px 0 0 10px;text-overflow:ellipsis}
/* As wide as what is chosen, as long as there is room. */
.st-key-run_bar [class*=st-key-_pick_]{position:relative;flex:0 1 auto;min-width:6rem;width:auto!important}
.st-key-run_bar .stSelectbox>div,.st-key-run_bar .stSelectbox{min-width:0;max-width:100%}
.st-key-run_bar input[role=combobox]{field-sizing:content;min-width:3rem;max-width:100%}
/* What is chosen stands within the box, small, above the choice. */
.st-key-run_bar [class*=st-key-_pick_] [data-testid=stWidgetLabel]{position:absolute;z-index:1;left:11px;top:3px;
  min-height:0;pointer-events:none}
.st-key-run_bar [class*=st-key-_pick_] [data-testid=stWidgetLabel] p{font-size:11px;line-height:14px;
  color:var(--bioviz-muted)}
.st-key-run_bar .stSelectbox{width:100%}
[data-testid=stSidebarContent]{padding:0;scrollbar-gutter:auto}
[data-testid=stSidebarContent]>*{padding-left:8px;padding-right:8px;margin:0}
[data-testid=stHeader]{height:0;min-height:0}
@media (min-width:641px) and (max-width:1360px){
 .st-key-run_bar .stPopover [data-testid=stMarkdownContainer]{position:absolute;width:1px;height:1px;overflow:hidden;
  clip-path:inset(50%)}
 .st-key-run_bar .stPopover button{padding:0 8px}
}
@media (min-width:768px) and (max-width:1360px){
 [data-testid=stSidebarNavLink]{justify-content:center}
 [data-testid=stSidebarNavLink] [data-testid=stMarkdownContainer]{position:absolute;
  width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
}
@media (max-width:767px){[data-testid=stHeader]{height:2.75rem;min-height:2.75rem}}
@media (max-width:640px){
 .st-key-run_bar{height:auto;gap:8px;flex-wrap:wrap!important}
 .st-key-run_bar [class*=st-key-_pick_]{flex:1 1 40%}
}
"""
)

# A title for screen readers alone, and a bench from edge to edge of a page whose padding depends on nothing that comes
# later: what is drawn stays where it is when the bench joins it.
_BENCH = """
.stMainBlockContainer{padding:8px 16px 2rem;max-width:none}
.stMainBlockContainer>.stVerticalBlock{gap:8px}
.stMainBlockContainer .stElementContainer:has(h1){position:absolute;width:1px;height:1px;
  overflow:hidden;clip-path:inset(50%)}
.st-key-explore_bench{margin:0 -16px;width:calc(100% + 32px)!important;max-width:none!important}
/* The search of the bench stands at the end of the line of pickers. */
.st-key-run_bar{padding-left:0;padding-right:clamp(244px,18vw + 114px,404px)}
/* The tour stands above the bench, in a line of its own; the gap counts too. */
.stApp:has(.st-key-tour_bar){--bioviz-bar-height:100px}
/* The room of the bench is there before the bench. */
.st-key-explore_bench{min-height:max(520px,calc(100vh - var(--bioviz-bar-height,0px) - 56px))}
/* What only carries data takes no room between the bar and the bench. */
.stMainBlockContainer .stElementContainer.st-key-explore_bench-points{position:absolute;width:0!important}
@media (max-width:1000px){.st-key-run_bar{padding-right:0}}
@media (max-width:767px){.stMainBlockContainer{padding-top:3rem}}
"""
