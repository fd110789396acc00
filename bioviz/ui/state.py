"""Every key of the session, typed, in one class a page; nothing else names one (`tests/ui/test_state.py`).

`Key` is of a value that Python reads or sets, `Element` of what is only drawn under a name; `Keys` and `Elements` are
called with what they are one each of. Classes that are made with a word are of parts that several pages have.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.ui.session import Element, Elements, Key, Keys


class AppState:
    """The frame around all pages."""

    connection = Element("connection")
    theme_link = Element("theme_link")
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


class ModelsState:
    """The page Models."""

    accept_terms = Elements("terms_{}")
    download = Elements("download_{}")
    import_path = Element("import_path")
    import_dataset = Element("import_dataset")
    import_table = Element("import_table")
    import_title = Element("import_title")
    import_column = Elements("import_column_{}")
    import_now = Element("import_embeddings_now")
    import_job: Key[str] = Key("import_job", "")
    import_open = Element("import_open")
    own_file = Element("own_model_file")
    own_folder = Element("own_model_folder")
    own_trust = Element("own_model_trust")
    own_form = Element("own_model")
    own_again = Element("own_again")
    own_title = Element("own_title")
    own_rate = Element("own_rate")
    own_embedding = Element("own_embedding")
    own_scores = Element("models_own_scores")
    own_scale = Element("models_own_scale")
    own_names = Element("models_own_names")
    own_input = Element("own_input")
    own_window = Element("own_window")
    own_peak = Element("own_peak")
    own_overlap = Element("own_overlap")
    own_licence = Element("own_licence")
    own_reference = Element("own_reference")
    own_job: Key[str] = Key("own_job", "")  # id of the one in which this tab tries a file
    remove = Elements("own_remove_{}")
    remove_really = Element("own_remove_yes")


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


class MapState:
    """What every embedding map has beside its own name."""

    points = Elements("{}-points")
    sent: Keys[str] = Keys("{}-points-sent", "")  # digest of the points that the browser has
    drawing_library = Element("plotly_ahead")


class ClipState:
    """Clips, wherever they are listed."""

    desk = Element("clip_desk")
    mark_of_part = Elements("{}_mark")
    list_shape = Element("selection_shape")
    list_lines: Keys[Any] = Keys("selection_table_{}", None)
    gallery = Element("selection_gallery")
    gallery_page = Element("gallery_page")
    export = Elements("export_{}")


class DeskState:
    """The inspector of a page with its flags."""

    def __init__(self, page: str) -> None:
        self.inspector = Element(f"{page}_inspector")
        self.flag_bar = Element(f"{page}_flag_bar")
        self.flags = Element(f"{page}_flags")
        self.flag_panel = FlagPanelState(f"{page}_flag_panel")
        self.test_split = Element(f"{page}_test_split")


class FlagPanelState:
    """The panel of a dataset's flags."""

    def __init__(self, panel: str) -> None:
        self.user = Element(f"{panel}_who")
        self.go_through = Element(f"{panel}_go")
        self.lines: Keys[Any] = Keys(f"{panel}_table_{{}}", None)
        self.take_back = Element(f"{panel}_undo")
        self.take_back_error: Key[str] = Key(f"{panel}_undo_error", "")
        self.export = Elements(f"{panel}_{{}}")
        self.disputes = Element(f"{panel}_disputes")
        self.clean = Element(f"{panel}_clean")
        self.cleaned: Key[tuple[str, str, Mapping[str, Any]] | None] = Key(
            f"{panel}_made", None
        )  # id, name, record
        self.open_cleaned = Element(f"{panel}_open")


class ExploreState:
    """The page Explore."""

    desk = DeskState("explore")
    bench = Element("explore_bench")
    view_name: Key[str] = Key("explore_view_name", "")
    save_view = Element("explore_save_view")
    view_error: Key[str] = Key("explore_view_error", "")
    open_view = Elements("explore_open_view_{}")
    remove_view = Elements("explore_remove_view_{}")
    answered_why: Key[int] = Key("explore_answered_why", 0)  # number of the act
    scores = Element("explore_scores")
    clips = Element("explore_clips")
    step = Elements("explore_next_{}")
    labels = Element("explore_labels")
    label_counts = Element("label_counts")
    clusters = Element("cluster_table")
    one_to_one = Element("one_to_one_table")
    clusterings = Element("explore_clusterings")
    provenance = Element("explore_provenance")


class DiagnoseState:
    """The page Diagnose."""

    desk = DeskState("diagnose")
    map = Element("diagnose_map")
    part = Element("diagnose_part")
    section: Key[str] = Key("diagnose_section", "")
    head = Element("diagnose_head")
    why = Element("diagnose_why")
    why_room = Element("diagnose_why_room")
    cards: Key[Mapping[str, Any] | None] = Key("diagnose_cards", None)  # the line that was clicked
    opened: Key[str] = Key("diagnose_opened", "")  # key of the run whose worst clip was selected at opening
    step = Elements("diagnose_next_{}")
    clause = Elements("clause_{}")
    label: Key[int | None] = Key("diagnose_label", None)  # a target
    cause: Key[str | None] = Key("diagnose_triage_cause", None)
    cause_of_clip = Element("diagnose_cause")
    listening = Element("diagnose_ab")
    neighbors_of_clip = Element("diagnose_near")
    player = Element("diagnose_listening")
    groups = Element("diagnose_groups")
    keep_group = Element("keep_group")
    kept_group: Key[tuple[str, np.ndarray] | None] = Key("kept_group", None)  # key of its run, clip rows
    first_group = Element("group_a")
    second_group = Element("group_b")
    level_out = Element("diagnose_group_comparison_offset")
    mean_spectrograms = Element("diagnose_group_comparison_means")
    average_more = Element("diagnose_group_comparison_more")
    matrix = Element("diagnose_matrix")
    feature: Key[str | None] = Key("diagnose_feature", None)
    feature_scatter = Elements("diagnose_scatter_{}")
    feature_curve = Elements("diagnose_curve_{}")
    signs = Element("diagnose_signs")
    confound = Element("diagnose_place")
    confound_bars = Element("diagnose_place_bars")
    alarms = Element("diagnose_alarms")
    clusterings = Element("diagnose_clusterings")
    precision = Element("diagnose_precision")
    thresholds = Element("diagnose_thresholds")
    threshold_label = Element("diagnose_threshold_label")
    threshold_clips = Element("diagnose_threshold_clips")
    score_chart = Element("diagnose_score_chart")
    mapping = Element("diagnose_mapping")
    mapped_label = Element("diagnose_mapped_label")
    mapped_scores = Elements("diagnose_mapped_scores_{}")
    use_mapping = Element("diagnose_use_mapping")
    by_name = Element("diagnose_by_name")
    keeping = Element("diagnose_keeping")
    threshold_name = Element("diagnose_threshold_name")
    keep_thresholds = Element("diagnose_keep_thresholds")
    thresholds_csv = Element("diagnose_thresholds_csv")
    applied = Element("diagnose_applied")
    applied_to = Element("diagnose_applied_to")
    detect = Element("diagnose_detect")
    detections_csv = Element("diagnose_detections_csv")


class CompareState:
    """The page Compare."""

    desk = DeskState("compare")
    head = Element("compare_head")
    notes = Element("compare_notes")
    part = Element("compare_part")
    cards: Key[Mapping[str, Any] | None] = Key("compare_cards", None)  # the line that was clicked
    opened: Key[str] = Key(
        "compare_opened", ""
    )  # key of the comparison whose first clip was selected at opening
    step = Elements("compare_next_{}")
    map = Elements("compare_{}")
    between = Element("compare_between")
    legend = Element("compare_legend")
    start_now: Key[bool] = Key("compare_start_now", False)  # asked for by a click on another page
    zoom_together = Element("compare_lock")
    report = Element("compare_report")
    provenance = Element("compare_provenance")
    seen_selection: Key[int] = Key("compare_seen_selection", 0)  # number of the act
    section: Key[str] = Key("compare_section", "")
    right_of_clip = Element("compare_near")
    right_neighbors = Element("compare_neighbors")
    compute = Element("compute_comparison")
    scores = Element("compare_scores")
    rule: Key[str | None] = Key("compare_rule", None)  # of `transitions.RULES`
    fate: Key[str | None] = Key("compare_fate", None)  # of `compare.maps.FATES`
    transitions = Element("compare_transitions")
    labels = Element("compare_labels")
    label_table = Element("compare_label_table")
    flow_label = Element("compare_flow_label")
    flow = Element("compare_flow")
    stream = Elements("compare_stream_{}")
    arrow_label: Key[int | None] = Key("compare_arrow_label", None)
    arrows = Element("compare_arrows")


class NoiseState:
    """The page of the noise experiments; settings begin with what the view holds, None before."""

    experiment = Element("experiment")
    opened: Keys[str] = Keys("opened_{}", "")  # a kind of experiment -> of what the latest one was opened
    earlier = Elements("earlier_{}")
    snrs: Key[str | None] = Key("noise_snrs", None)
    per_label: Key[int | None] = Key("noise_per_label", None)
    k: Key[int | None] = Key("noise_k", None)
    seed: Key[int | None] = Key("noise_seed", None)
    measured: Key[str | None] = Key("noise_measured", None)
    same_site: Keys[bool | None] = Keys("noise_same_site_{}", None)  # a dataset
    labels: Keys[list[str] | None] = Keys("noise_labels_{}", None)  # a dataset
    models: Keys[list[str] | None] = Keys("noise_models_{}", None)  # a model and checkpoint
    source: Keys[str | None] = Keys("noise_source_{}", None)  # a dataset
    folder: Key[str | None] = Key("noise_folder", None)
    compute = Element("compute_noise")
    measure: Key[str] = Key("noise_measure", "")
    curve_label: Key[int | None] = Key("noise_curve_label", None)
    curves = Element("noise_curves")
    lost = Element("noise_lost")
    path_model = Element("noise_path_model")
    clips = Element("noise_clips")
    path = Element("noise_path")
    level = Element("noise_listen")
    shift_clips: Key[int | None] = Key("shift_clips", None)
    shift_reach: Key[float | None] = Key("shift_reach", None)
    shift_steps: Key[int | None] = Key("shift_steps", None)
    shift_k: Key[int | None] = Key("shift_k", None)
    shift_seed: Key[int | None] = Key("shift_seed", None)
    compute_shift = Element("compute_shift")
    shift_labels = Element("shift_labels")
    shift_lines: Key[Any] = Key("shift_clips_table", None)
    shift_map = Element("shift_map")
    shift_inspector = Element("shift_inspector")


class FinetuneState:
    """The page Fine-tune."""

    job: Key[str] = Key("train_job", "")  # id of the training that this tab started
    compare_after: Key[str] = Key("train_compare_after", "")  # id of that whose end opens Compare
    stay = Element("train_stay")
    dataset = Element("train_dataset")
    model = Element("train_model")
    base = Elements("train_base_{}")
    base_seed = Elements("train_base_seed_{}")
    preset = Elements("train_preset_{}")
    setting = Elements("train_{}_{}")  # a preset, a setting
    head_background = Element("finetune_head_background")
    head_balance = Element("finetune_head_balance")
    name = Element("train_name")
    start = Element("train")
    open_trained = Element("open_trained")
    loss = Elements("{}_loss")
    metric = Elements("{}_metric")
    live_curves = Elements("live_{}")
    live_map = Elements("live_map_{}")
    last_map = Elements("last_map_{}")
    ended_curves = Elements("ended_{}")
    record_curves = Elements("curves_{}")
    resume = Elements("resume_{}")
    forget = Elements("forget_{}")
    import_file = Element("import_checkpoint")
    import_now = Element("import_now")
    checkpoint: Keys[bool] = Keys("checkpoint_{}", False)  # unfolded
    record = Elements("record_{}")
    explore = Elements("explore_checkpoint_{}")
    compare = Elements("compare_checkpoint_{}")
    export = Elements("export_checkpoint_{}")
    delete = Elements("delete_checkpoint_{}")


class DatasetsState:
    """The page Datasets."""

    tab: Key[str] = Key("datasets_tab", "")
    explore = Elements("explore_{}")
    remove = Elements("remove_{}")
    remove_really = Element("remove_really")
    keep = Element("remove_not")
    show_report = Elements("report_{}")
    folder: Key[str | None] = Key("folder_path", None)
    subfolder: Keys[str | None] = Keys("sub_{}", None)  # a folder
    folder_up = Element("folder_up")
    uploads = Element("uploads")
    uploaded: Key[tuple[str, ...]] = Key("uploaded", ())  # ids of the files that were uploaded last
    unpacked: Key[Path | None] = Key("unpacked", None)  # the folder that they are in
    option: Keys[Any] = Keys("{}_{}", None)  # an option, a folder
    scan: Key[str] = Key("followed_scan", "")  # id of its job
    scan_beside: Key[str] = Key("scan_beside", "")  # the folder that was chosen as it was begun to follow it
    outcome = Element("scan_outcome")
    in_view: Key[str] = Key("scan_in_view", "")  # id of the scan whose outcome was brought into view
    error: Key[str] = Key("adding_error", "")  # what the last act of a button could not do
    add = Element("add_scanned")
    add_beside = Element("add_scanned_beside")
    discard = Element("discard_scanned")
    asked: Key[frozenset[tuple[str, str]]] = Key("asked_by_itself", frozenset())  # (id of a scan, table)
    leave_all_out = Element("leave_all_out")
    answer_missing = Element("answer_missing")
    missing_meaning = Elements("missing_{}")  # a word that stands where a label is missing
    missing_label = Elements("missing_label_{}")
    score = Elements("score_{}")  # a table of scores
    read_scores = Elements("read_scores_{}")
    leave_out = Elements("leave_{}")
    explain = Elements("explain_{}")
    read_only = Elements("instead_{}")
    profiles = Element("profiles_panel")
    profile_file = Element("profile_file")
    profile_import = Element("import_profile_button")
    profile_export = Elements("export_profile_{}")
    profile_remove = Elements("drop_{}")


class ReportState:
    """The report on one dataset."""

    def __init__(self, report: str) -> None:
        self.labels = Element(f"{report}_labels")
        self.times = Element(f"{report}_times")
        self.shown_labels = Element(f"{report}_shown")
        self.clips = Element(f"{report}_clips")
        self.problems = Elements(f"{report}_problems_{{}}")
        self.files = Element(f"{report}_files")


class ColumnsState:
    """The dialog that asks what the columns of one table are."""

    def __init__(self, table: str) -> None:
        self.no_header = Element(f"{table}_no_header")
        self.role = Elements(f"{table}_{{}}")
        self.clips = Element(f"{table}_clips")
        self.name = Element(f"{table}_name")
        self.leave_out = Element(f"{table}_leave")
        self.keep = Elements(f"{table}_keep_{{}}")  # an answer
