"""The map of a training's clips after every epoch, where one was drawn."""

from __future__ import annotations

import streamlit as st

from bioviz.datasets import library
from bioviz.errors import BiovizError
from bioviz.plots import palette
from bioviz.training.loop.epoch_maps import read_maps
from bioviz.training.loop.run_dir import TrainingRunDir
from bioviz.ui.app.theme import is_dark
from bioviz.ui.components.epoch_map.epoch_map import epoch_map
from bioviz.ui.session import Element


def show_moving_map(work: TrainingRunDir | None, dataset_id: str, key: Element) -> None:
    """Draw it; nothing where there is none."""
    maps = None if work is None else read_maps(work.folder)
    if maps is None:
        return
    try:
        dataset = library.load(dataset_id)
    except BiovizError:  # removed meanwhile
        return
    names = dataset.target_names
    colours, shapes = palette.colours_for(names, is_dark()), palette.shapes_for(names)
    epoch_map(
        maps.maps,
        dataset.targets[maps.rows],
        names,
        [colours[name] for name in names],
        [shapes[name] for name in names],
        key=key,
    )
    st.caption(
        "All clips, as the model hears them after each epoch; each map starts from the one before and is turned and "
        "scaled onto it. Clips that it learns from are among them: Compare judges by the others."
    )
