"""The fields of a form, made of the list of options that the command line has too (`bioviz.datasets.options`)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from bioviz.datasets.files.leftovers import is_irrelevant
from bioviz.datasets.files.unusable import is_text
from bioviz.datasets.formats import beans
from bioviz.datasets.option_kinds import Columns, Number, OneOf, OptionInfo, Shares, Text, Whole, Words
from bioviz.datasets.options import GROUPS, OPTIONS, Options
from bioviz.datasets.sound_files.probe import is_audio
from bioviz.errors import BadInput
from bioviz.ui.app.notices import plain
from bioviz.ui.session import Key
from bioviz.ui.state import DatasetsState

AUTO = "automatic"
_LOOKED_AT = 5000  # entries of a folder that are looked at for names of tables
_OFFERED = 200


def option_fields(folder: Path) -> dict[str, object]:
    """Draw a field for every option, by groups.

    Returns
    -------
    dict
        The options that differ from the defaults, for `build_dataset`.

    Raises
    ------
    BadInput
        A value cannot be used.
    """
    offered = _offered(folder)
    values: dict[str, object] = {}
    for group in GROUPS:
        infos = [info for info in OPTIONS if info.group == group and not isinstance(info.kind, Columns)]
        with st.expander(group):
            for first in range(0, len(infos), 3):
                for info, cell in zip(infos[first : first + 3], st.columns(3), strict=False):
                    with cell:
                        values[info.name] = _field(
                            info, DatasetsState.option(info.name, folder), offered.get(info.name, ())
                        )
    return Options.of({name: value for name, value in values.items() if value not in (None, "")}).to_dict()


def _field(info: OptionInfo, key: Key[Any], offered: Sequence[str]) -> object:
    """Draw the field of an option; None where the reader or the data are to decide."""
    usual, kind = info.default, info.kind
    about: Mapping[str, Any] = {"key": key, "help": info.help}
    match kind:
        case Number() | Whole():
            number = float if isinstance(kind, Number) else int
            return st.number_input(
                info.title,
                number(kind.low),
                number(kind.high),
                usual,
                number(kind.step),
                placeholder=AUTO,
                **about,
            )
        case OneOf():
            titles = {None: AUTO, **kind.titles} if usual is None else kind.titles
            if key.get() not in titles:
                key.set(usual)
            return st.selectbox(info.title, list(titles), format_func=titles.__getitem__, **about)
        case Words() if offered:
            known = [*offered, *(name for name in key.get() or () if name not in offered)]
            return st.multiselect(info.title, known, accept_new_options=True, placeholder="none", **about)
        case Words():
            return st.text_input(info.title, ", ".join(usual), **about)
        case Shares():
            return st.text_input(info.title, ", ".join(f"{share:g}" for share in usual), **about)
        case Text() if offered:
            known = [*offered, *([chosen] if (chosen := key.get()) and chosen not in offered else [])]
            return st.selectbox(
                info.title, known, index=None, accept_new_options=True, placeholder=AUTO, **about
            )
        case _:
            return st.text_input(info.title, usual or "", placeholder="" if usual == "" else AUTO, **about)


def _offered(folder: Path) -> dict[str, Sequence[str]]:
    """Return what may be meant by a text, where the folder tells."""
    tables = _tables(folder)
    offered: dict[str, Sequence[str]] = {"table": tables, "ignore": tables}
    try:
        offered["beans"] = beans.names(folder)
    except BadInput as error:
        st.warning(plain(str(error)), icon=":material/warning:")
    return offered


def _tables(folder: Path) -> list[str]:
    """Files near the top of a folder that may be tables; it may be a whole disk, so that not all is looked at."""
    tables: list[str] = []
    seen = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        inside = Path(parent).relative_to(folder).as_posix()
        names = (name if inside == "." else f"{inside}/{name}" for name in sorted(files) if name[0] != ".")
        tables += [n for n in names if is_text(n) and not is_audio(n) and not is_irrelevant(n)]
        seen += len(files) + len(folders)
        if seen > _LOOKED_AT or len(tables) > _OFFERED:
            break
    return tables[:_OFFERED]
