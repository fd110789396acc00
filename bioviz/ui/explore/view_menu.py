"""The menu of saved views: save the present one by a name, open one, remove one."""

from __future__ import annotations

from dataclasses import asdict

import streamlit as st

from bioviz import rights
from bioviz.errors import BiovizError
from bioviz.runs.saved_views import LONGEST_NAME, SavedView, remove_view, save_view, saved_views
from bioviz.ui.app import notices
from bioviz.ui.components.shared import acts
from bioviz.ui.state import AppState, ExploreState
from bioviz.ui.view import View, act_log, catch_up, set_view, view


def view_menu(dataset_id: str) -> None:
    """Draw the menu, folded."""
    may = rights.may_edit()  # views are everybody's
    with st.popover("Views", icon=":material/bookmark:"):
        if may:
            st.text_input(
                "Name of this view",
                key=ExploreState.view_name,
                max_chars=LONGEST_NAME,
                placeholder="such as: owls at night",
            )
            st.button(
                "Save this view",
                key=ExploreState.save_view,
                on_click=_save,
                args=(dataset_id,),
                help="Keeps model, map, colours, list, selection and clip under the name, for all who use this server.",
            )
        if error := ExploreState.view_error.pop():
            st.error(notices.plain(error), icon=":material/error:")
        views = saved_views(dataset_id)
        if not views:
            st.caption("No view of this dataset is saved yet.")
        for number, saved in enumerate(views):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(
                    notices.plain(saved.name),
                    key=ExploreState.open_view(number),
                    on_click=_open,
                    args=(saved,),
                    width="stretch",
                )
                if may:
                    st.button(
                        f"Remove the view {notices.plain(saved.name)}",
                        key=ExploreState.remove_view(number),
                        on_click=remove_view,
                        args=(dataset_id, saved.name),
                        icon=":material/delete:",
                        type="tertiary",
                    )


def _save(dataset_id: str) -> None:
    catch_up()
    selected = act_log().get(acts.SELECTION)
    saved = SavedView(
        ExploreState.view_name.get(), view().to_query(), None if selected is None else selected.value
    )
    try:
        save_view(dataset_id, saved)
    except BiovizError as error:
        ExploreState.view_error.set(str(error))
    else:
        ExploreState.view_name.set("")


def _open(saved: SavedView) -> None:
    wanted, sentences = View.from_query(saved.query)
    for sentence in sentences:
        notices.say(sentence)
    set_view(**asdict(wanted))
    AppState.acts.set(acts.with_own(act_log(), acts.SELECTION, saved.selection))
