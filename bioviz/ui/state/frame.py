"""The keys of what stands round every page: frame, pickers, jobs, start page and tour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bioviz.ui.session import Element, Elements, Key, Keys


class AppState:
    """The frame around all pages."""

    connection = Element("connection")
    theme_link = Element("theme_link")
    whole_names = Element("whole_names")
    view: Key[Any] = Key("view", None)  # a `view.View`; None before it is read from the address
    fields_from_link: Key[frozenset[str]] = Key(
        "fields_from_link", frozenset()
    )  # no page has looked at them yet
    acts: Key[Mapping[str, Any] | None] = Key("acts", None)  # a log, see `components.shared.acts`
    act_link: Key[Mapping[str, Any] | None] = Key("act_link", None)  # by which the browser tells of acts
    switching_to: Key[str] = Key("switching_to", "")  # file of the page that is not reached yet
    scroll_to: Key[str] = Key("scroll_to", "")  # the container that is brought into view
    notices: Key[tuple[str, ...]] = Key("notices", ())  # sentences not read yet
    notices_container: Key[Any] = Key("notices_place", None)  # where they are drawn
    notices_read = Element("notices_read")
    changed_files_said: Key[frozenset[tuple[str, str]]] = Key(
        "changed_files_said", frozenset()
    )  # dataset, recording


class PickerState:
    """The sidebar or the run bar, and what stands in for what is not here."""

    bar = Element("run_bar")
    field: Keys[Any] = Keys("_pick_{}", None)  # a field of the view
    preset: Key[str | None] = Key("_preset", None)
    unit: Key[Any] = Key("_unit_of_independence", None)
    other_choice = Element("instead_choice")
    other = Element("instead")


class JobState:
    """Cards of jobs, and the page of jobs and storage."""

    compute = Element("compute")
    where = Elements("{}_where")
    cancel = Elements("cancel_{}")
    progress = Elements("progress_{}")
    news = Elements("news_{}")
    missing_weights = Elements("{}_weights")
    measure_sound = Element("measure_sound")
    remove_uploads = Element("remove_uploads")
    remove_results = Element("prune")
    open_outcome = Elements("open_{}")
    remove_results_really = Element("prune_really")
    keep_results = Element("prune_not")


class HomeState:
    """The first page."""

    demo_job: Key[str] = Key("demo_job", "")  # id of the one that this tab follows
    with_tour: Key[bool] = Key("demo_with_tour", True)  # how the demo is opened when it is there
    story = Element("home_story")
    open_demo = Element("open_demo")
    open_demo_alone = Element("open_demo_alone")
    pair = Element("home_pair")
    add_dataset = Element("add_dataset")
    card = Elements("home_card_{}")
    worst = Elements("home_worst_{}")
    compute = Elements("home_compute_{}")
    tour = Elements("home_tour_{}")
    next_step = Elements("home_next_{}")
    explore = Elements("home_explore_{}")


class TourState:
    """The guided tour."""

    bar = Element("tour_bar")
    asked: Key[frozenset[str]] = Key("tour_asked", frozenset())  # ids of the jobs that it started
    done: Key[int] = Key("tour_done", -1)  # number of the click that was done last
