"""The link between the browser's log of the user's acts and Python's; each page with clips draws one, first of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any

from bioviz.ui.components.shared import acts
from bioviz.ui.components.shared.mount import component
from bioviz.ui.state import AppState
from bioviz.ui.view import ACTED, View, act_log, catch_up, hear


def act_link(group: str, dataset_id: str, shown: tuple[str, ...] = (acts.CLIP, "colour")) -> None:
    """Hear what was done in the browser, and tell it what Python did. Everything below sees the view as it is now.

    Parameters
    ----------
    group
        Of the maps, inspectors and galleries that share the log.
    dataset_id
        Whose clips are shown.
    shown
        Fields of the view that this page's address has and the browser keeps at the newest act.

    """
    catch_up()
    log = act_log()
    usual = {field.name: field.default for field in fields(View)}
    data = {
        "group": group,
        "dataset": dataset_id,
        "acts": acts.to_browser({kind: log[kind] for kind in (*ACTED, acts.SELECTION) if kind in log}),
        "known": {kind: act.number for kind, act in log.items()},
        "address": {kind: usual[kind] for kind in shown},
    }
    result = _component()(key=AppState.act_link, data=data, height=1, on_acts_change=catch_up)
    hear(result.get("acts"))  # a browser that comes back after an interruption tells without a callback


@cache
def _component() -> Callable[..., Any]:
    return component(
        "bioviz_act_link",
        "components/shared/act_link.js",
        css=".stElementContainer:has(> .stBidiComponent > .bv-act-link){position:absolute}",
        html='<span class="bv-act-link"></span>',
        isolate=False,
    )
