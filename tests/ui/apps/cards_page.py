"""A page of three cards, one of them with two hundred labels; it shows what was opened."""

from __future__ import annotations

import streamlit as st

from bioviz.ui.components.finding_cards.finding_cards import Card, Line, Scale, finding_cards
from bioviz.ui.session import Key

st.set_page_config(layout="wide")
OPENED: Key[tuple[str, str] | None] = Key("opened", None)
CARDS = Key("cards", None)


def label(i: int) -> Line:
    if i % 10 == 3:
        why = "cannot be told: 5 recordings (8 needed)"
        return Line(str(i), f"species {i}", untold=why, spoken=why)
    value = 1 - i / 200
    ends = (max(value - 0.1, 0.0), min(value + 0.1, 1.0))
    return Line(str(i), f"species {i}", "22 of 24", value, *ends, spoken=f"{value:.2f}")


labels = Card(
    "labels",
    "Labels mixed with background",
    "Noise confusion, 95 % interval each",
    "clips confused",
    Scale(0.0, 1.0, ((0.0, "apart"), (0.5, "chance"), (1.0, "within")), 0.5),
    tuple(label(i) for i in range(200)),
    widths=("30%", "25%"),
)
excess = Line("masked", "call masked by noise", "+65 (44 to 80)", 0.8, other=0.15, strong=True, spoken="+65")
causes = Card("causes", "Likeliest causes", lines=(excess,), widths=("45%", "31%"))
empty = Card("empty", "Background told from calls", note="Cannot be told: it takes background.")
finding_cards(
    (empty, labels, causes),
    key=CARDS,
    label="Findings",
    chosen=OPENED.get(),
    opened=lambda card, line: OPENED.set((card, line)),
)
st.text(f"opened: {OPENED.get()}")
