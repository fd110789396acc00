"""The colours of the app, light and dark, by what they are for: for figures here, for style sheets as CSS variables.

Background is grey and nothing else is; `warn` is for calls and background that are taken for each other and for nothing
else; `accent` is for what can be pressed or is chosen. `tests/plots/test_colours.py` holds what can be told apart, by
colour-blind readers too, and the contrast of text.
"""

from __future__ import annotations

from collections.abc import Mapping

TOKENS: Mapping[str, tuple[str, str]] = {
    "ground": ("#ffffff", "#12191a"),
    "panel": ("#f3f6f5", "#1b2526"),
    "text": ("#1d2b2a", "#e4ecea"),
    "muted": ("#566361", "#a3b1ae"),
    "line": ("#d3dbd9", "#3a484a"),
    "line-soft": ("#e6ebea", "#2a3638"),
    "accent": ("#0b7a75", "#3fb8af"),
    "accent-soft": ("#dcebe9", "#1d3a39"),
    "accent-text": ("#08655f", "#5ecdc4"),
    "on-accent": ("#ffffff", "#0d1414"),
    "warn": ("#d55e00", "#ff6a4d"),
    "warn-text": ("#a64400", "#ff9a80"),
    "warn-soft": ("#fdf0e6", "#34241a"),
    "playhead": ("#d1006c", "#ff6fb5"),
    "background": ("#808988", "#7d8887"),
    "density": ("#5a6866", "#aab8b6"),
    "amber": ("#e69f00", "#f2b33d"),
    "sky": ("#56b4e9", "#86cdf5"),
    "green": ("#009e73", "#2bbf93"),
    "blue": ("#0072b2", "#4aa3df"),
    "purple": ("#c46aa8", "#e29fc5"),
}
"""(light, dark) of each."""

HUES = ("amber", "sky", "green", "blue", "purple")
"""Tokens of the labels' colours; more labels than these are told by shape as well."""


def token(name: str, dark: bool = False) -> str:
    """Return a colour as "#RRGGBB"."""
    return TOKENS[name][dark].upper()


def css_variables() -> str:
    """Return declarations of "--bioviz-NAME", each of which follows the theme of the page around it."""
    return "".join(f"--bioviz-{name}:light-dark({light},{dark});" for name, (light, dark) in TOKENS.items())
