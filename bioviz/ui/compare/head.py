"""The head of the Compare page: its one sentence, and what can be done next."""

from __future__ import annotations

import streamlit as st

from bioviz.analysis.comparison.comparison import Changes
from bioviz.analysis.comparison.headline import headline
from bioviz.errors import BiovizError
from bioviz.models import checkpoints
from bioviz.models.base import FINETUNED
from bioviz.runs import RunSpec
from bioviz.runs.comparison import Comparison, ComparisonSpec
from bioviz.ui import next_steps
from bioviz.ui.app.notices import plain
from bioviz.ui.compare.cards import section_of
from bioviz.ui.state import CompareState

MAP_HEIGHT = "max(400px, calc(100vh - var(--bioviz-bar-height, 0px) - 420px))"
"""So that the sentence, the legend below it and the start of the clips are in the window too."""
_MAP_ROOM = f"calc({MAP_HEIGHT} + 96px)"  # with the words and tools above it, and the line below

_STYLE = (
    f"<style>.st-key-{CompareState.notes}{{gap:.25rem}}"
    # The room of the maps and of their legend is there before them.
    f".st-key-{CompareState.map('left')},.st-key-{CompareState.map('right')}{{min-height:{_MAP_ROOM}}}"
    f".st-key-{CompareState.legend}{{min-height:40px}}"
    f".st-key-{CompareState.notes} [data-testid=stAlertContainer]{{padding:4px 12px}}"
    f".st-key-{CompareState.notes} :is(p,[data-testid=stText]){{font-size:13px;line-height:18px}}"
    # What changed stands between the maps; below one another it takes the height that it needs.
    f".st-key-{CompareState.between}{{height:{_MAP_ROOM};overflow-y:auto}}"
    f".st-key-{CompareState.between} p{{font-size:12px;line-height:16px}}"
    f"@media (max-width:640px){{.st-key-{CompareState.between}{{height:auto}}}}</style>"
)


def set_style() -> None:
    """Say how the page looks; before anything of it is drawn, so that nothing moves when it is."""
    st.html(_STYLE)


def show_head(comparison: Comparison, spec: ComparisonSpec) -> bool:
    """Show the one sentence with the counts beside it, and what can be done next; return whether maps zoom together."""
    with st.container(key=CompareState.head):
        st.title(plain(headline(comparison.changes)))
        left, right = st.columns([5, 6], vertical_alignment="center", gap="medium")
        left.text(counts_in_words(comparison.changes))
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            lock = st.toggle("Zoom together", value=True, key=CompareState.zoom_together)
            for run, side in ((spec.left, "left"), (spec.right, "right")):
                if (spec.left.model, spec.left.checkpoint) != start_of(run):
                    next_steps.compare_with_start(run, CompareState.step(f"start_{side}"))
            if not any(run.checkpoint.startswith(FINETUNED) for run in (spec.left, spec.right)):
                next_steps.finetune_and_compare(spec.left, CompareState.step("finetune"))
    return lock


def counts_in_words(changes: Changes) -> str:
    """Say how many labelled clips changed sides; why that cannot be told where a side has no background."""
    if not has_background(changes):
        return " ".join(changes.notes)
    moves = changes.transitions["confusion"]
    return (
        f"Of {int(moves.clips[1:].sum()):,} labelled clips {len(moves.rescued):,} left the neighborhood of "
        f"background and {len(moves.broken):,} entered it."
    )


def among_background(changes: Changes) -> tuple[str, str]:
    """Say for each side how many labelled clips lie in the neighborhood of background; "" where that cannot be told."""
    if not has_background(changes):
        return "", ""
    moves = changes.transitions["confusion"]
    labelled = int(moves.clips[1:].sum())
    left, right = (
        f"{int(side[1:].sum()):,} of {labelled:,} labelled in background's neighborhood"
        for side in (moves.before, moves.after)
    )
    return left, right


def has_background(changes: Changes) -> bool:
    """Whether there are labelled clips and background on both sides."""
    return all(0 < (side.targets == 0).sum() < len(side.targets) for side in (changes.left, changes.right))


def start_of(run: RunSpec) -> tuple[str, str] | None:
    """Model and checkpoint that a fine-tuned run was trained from; None for others."""
    if not run.checkpoint.startswith(FINETUNED):
        return None
    try:
        record = checkpoints.get(run.checkpoint.removeprefix(FINETUNED)).record
    except BiovizError:
        return None
    return record.model, record.base


def open_card(card: str, line: str) -> None:
    """Open the part of the page that is behind a card; called before a run."""
    CompareState.section.set(section_of(card))
