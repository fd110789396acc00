"""The pickers of a run: dataset, model, checkpoint, split and projection. They read and write the view."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from bioviz.datasets import library
from bioviz.datasets.types import Dataset
from bioviz.models import registry
from bioviz.models.base import RANDOM
from bioviz.runs import RunSpec, ready
from bioviz.ui.model_titles import checkpoint_title
from bioviz.ui.notes.changed_files import say_changed_files
from bioviz.ui.pickers import choose_again
from bioviz.ui.pickers.choose_again import Gone
from bioviz.ui.pickers.fields import number, pick
from bioviz.ui.pickers.projection_picker import pick_projection, projection
from bioviz.ui.pickers.unit_picker import unit_field
from bioviz.ui.state import PickerState
from bioviz.ui.view import set_view, view

SPLITS = {"all": "all clips", "train": "train", "valid": "validation", "test": "test"}
READY_HELP = (
    "The best to open comes first. ● computed: its embeddings of this dataset are in the cache. ○ ready: it can be "
    "computed now. ✕ its weights are missing."
)


def pick_run_in_bar(
    background: bool = True, neighbors: bool = False, menu: Callable[[RunSpec], None] | None = None
) -> RunSpec | None:
    """Draw the pickers as one line above the page, what is seldom changed folded away; as `pick_run`.

    Parameters
    ----------
    background
        Offer to leave background clips out; otherwise they are always in.
    neighbors
        Ask how many neighbors are looked at.
    menu
        Draws what else stands in the line, given what is asked for.

    """
    try:
        with st.container(key=PickerState.bar, horizontal=True, vertical_alignment="center", gap="small"):
            dataset = pick_dataset(in_bar=True)
            if dataset is None:
                return None
            model = pick_model(dataset, in_bar=True)
            pick_checkpoint(model, dataset, in_bar=True)
            with st.popover("Settings", icon=":material/tune:"):
                pick_seed()
                pick_split()
                if background:
                    pick_background()
                if neighbors:
                    pick_neighbors()
                unit_field(dataset.id)
                st.markdown("**Projection**")
                pick_projection()
            asked_for = _asked_for(dataset, model, background)
            if menu is not None:
                menu(asked_for)
    except Gone as gone:
        choose_again.ask(gone)
    return asked_for


def pick_run(background: bool = False) -> RunSpec | None:
    """Draw all pickers in the sidebar and return what they ask for; None when there is no dataset yet.

    Where the view names something that is not here, the page says so and ends there.

    Parameters
    ----------
    background
        Offer to leave background clips out; otherwise they are always in.

    """
    try:
        with st.sidebar:
            dataset = pick_dataset()
            if dataset is None:
                return None
            model = pick_model(dataset)
            pick_checkpoint(model, dataset)
            pick_split()
            if background:
                pick_background()
            with st.expander("Projection settings", expanded=False):
                pick_projection()
    except Gone as gone:
        choose_again.ask(gone)
    return _asked_for(dataset, model, background)


def _asked_for(dataset: Dataset, model: str, background: bool) -> RunSpec:
    chosen = view()
    return RunSpec(
        dataset=dataset.id,
        model=model,
        checkpoint=chosen.checkpoint,
        seed=seed_of(chosen.checkpoint, chosen.model_seed),
        split=chosen.split,
        projection=projection(),
        without_background=background and chosen.without_background,
    )


def pick_dataset(in_bar: bool = False) -> Dataset | None:
    """Ask for the dataset; None when there is none yet. Raises Gone, Missing."""
    summaries = {s.id: s for s in library.list_datasets()}
    if not summaries:
        return None
    follow = ("other_dataset",)
    chosen = pick(
        "dataset",
        "Dataset",
        list(summaries),
        lambda i: summaries[i].name,
        follow=follow,
        in_bar=in_bar,
    )
    dataset = library.load(chosen)
    say_changed_files(dataset)
    return dataset


def pick_model(
    dataset: Dataset,
    field: str = "model",
    label: str = "Model",
    usual: str | None = None,
    in_bar: bool = False,
) -> str:
    """Ask for a model, the best to open first, each marked with how soon it can be looked at. Raises Gone."""
    prefix = field.removesuffix("model")
    seed = getattr(view(), f"{prefix}model_seed")
    marks = {each.model: each for each in ready.models(dataset, seed)}

    def title(name: str) -> str:
        best = marks[name]
        untrained = "untrained only" if best.checkpoint == RANDOM and not best.computed else best.mark
        name_with_symbol = f"{best.symbol} {registry.card(name).title}"
        # There is no room to say what is the usual case, and what its sign says.
        return name_with_symbol if best.computed else f"{name_with_symbol} — {untrained}"

    return pick(
        field,
        label,
        list(marks),
        title,
        READY_HELP,
        usual,
        follow=(f"{prefix}checkpoint",),
        in_bar=in_bar,
    )


def pick_checkpoint(
    model: str,
    dataset: Dataset,
    field: str = "checkpoint",
    but: tuple[str, str] = ("", ""),
    in_bar: bool = False,
    label: str = "Checkpoint",
) -> str:
    """Ask for a checkpoint of a model, the best to open first; say what a missing one needs. Raises Gone.

    A random checkpoint has a seed, bound to another field, which comes below where the labels are seen.

    Parameters
    ----------
    but
        a model and checkpoint that should not be chosen unasked.

    """
    seed_field = field.replace("checkpoint", "model_seed")
    marks = {each.checkpoint: each for each in ready.checkpoints(model, dataset, getattr(view(), seed_field))}
    others = [name for name, each in marks.items() if (model, name) != but and each.state.available]
    titles = {
        name: f"{each.symbol} {checkpoint_title(name)}" + ("" if each.computed else f" — {each.mark}")
        for name, each in marks.items()
    }
    name = pick(
        field,
        label,
        list(marks),
        titles.__getitem__,
        f"The weights of the model. {READY_HELP}",
        usual=next(iter(others), None),
        in_bar=in_bar,
    )
    if not in_bar:
        pick_seed(field)
    return name


def pick_seed(field: str = "checkpoint") -> None:
    """Ask for the seed where the checkpoint of this field is a random one."""
    if getattr(view(), field) == RANDOM:
        number(
            field.replace("checkpoint", "model_seed"),
            "Seed of the random start",
            1,
            help="Another seed draws other weights: how much of a result is chance shows when you change it.",
        )


def seed_of(checkpoint: str, seed: int) -> int:
    """Return the seed of a run: only random checkpoints have one."""
    return seed if checkpoint == RANDOM else 0


def pick_split() -> None:
    """Which split of the dataset is shown."""
    pick(
        "split",
        "Split",
        list(SPLITS),
        SPLITS.__getitem__,
        help="The split of the dataset whose clips are shown.",
    )


def pick_background() -> None:
    """Whether background clips are left out."""
    key = PickerState.field("without_background")
    key.set(view().without_background)  # on every run, as in `pick`
    st.toggle(
        "Without background",
        key=key,
        help="Leaves clips without a label out of the map and the scores, so that only labels are told apart.",
        on_change=lambda: set_view(without_background=key.get(), clip=-1),
    )


def pick_neighbors() -> int:
    """How many neighbors of a clip a page looks at."""
    number(
        "k",
        "Neighbors looked at (k)",
        5,
        help="How many of the nearest clips count as a clip's neighborhood. Few: closest kin only. Many: its area.",
    )
    return view().k
