"""Where a job's models run: this computer's devices, and the clusters that who started the server named.

No address is typed in on a page: a scheduler can have its clients run code.
"""

from __future__ import annotations

import streamlit as st

from bioviz import rights
from bioviz.cluster.spec import is_installed, parse_spec
from bioviz.config import settings
from bioviz.errors import BadInput
from bioviz.jobs.where import CLUSTER, DEVICE
from bioviz.models.devices.hardware import Hardware, hardware
from bioviz.models.devices.names import ALL
from bioviz.ui.session import Element

_AS_SET = "As the server is set"


def choices(
    found: Hardware, clusters: tuple[str, ...], *, shared_out: bool = True
) -> dict[str, dict[str, str]]:
    """Return what can be chosen: words for the screen, and the settings that they stand for; the default first.

    Parameters
    ----------
    found
        What this computer has.
    clusters
        As their names are written in the settings; those that cannot be used are left out.
    shared_out
        Whether the work can be; a training is done on one device.

    """
    named: dict[str, dict[str, str]] = {_AS_SET: {}}
    if shared_out and (alike := found.gpus.count(found.gpus[0]) - 1 if found.gpus else 0):
        named[f"All {alike + 1} GPUs ({found.gpus[0]})"] = {DEVICE: ALL, CLUSTER: ""}
    if found.gpus:
        for number, name in enumerate(found.gpus):
            named[f"{name} (cuda:{number})"] = {DEVICE: f"cuda:{number}", CLUSTER: ""}
        named["Processor of this computer"] = {DEVICE: "cpu", CLUSTER: ""}
    for text in clusters if shared_out else ():
        try:
            spec = parse_spec(text)
        except BadInput:
            continue
        if is_installed(spec.kind):
            named[f"{spec.words[:1].upper()}{spec.words[1:]} ({text})"] = {CLUSTER: text}
    return named


def show(key: Element, *, shared_out: bool = True) -> dict[str, str]:
    """Let the user choose where there is a choice; returns the settings for the job. See `choices`."""
    named = choices(hardware(), settings().clusters, shared_out=shared_out)
    if len(named) < 2 or not rights.may_edit():
        return {}
    return named[st.selectbox("Run this on", list(named), key=key)]
