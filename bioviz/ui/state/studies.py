"""The keys of the pages that look into a run: Explore, Diagnose, Compare, Noise and Fine-tune."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bioviz.ui.session import Element, Elements, Key, Keys
from bioviz.ui.state.clips import DeskState


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
    all_labels: Key[bool] = Key("explore_all_labels", False)
    clusters = Element("cluster_table")
    one_to_one = Element("one_to_one_table")
    clusterings = Element("explore_clusterings")
    provenance = Element("explore_provenance")


class DiagnoseState:
    """The page Diagnose."""

    desk = DeskState("diagnose")
    map = Element("diagnose_map")
    map_room = Element("diagnose_map_room")
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
    matrix_labels: Key[bool] = Key("diagnose_matrix_labels", False)
    confound_labels: Key[bool] = Key("diagnose_confound_labels", False)
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
    suggest_mapping = Element("diagnose_suggest_mapping")
    suggested_scores = Elements("diagnose_suggested_scores_{}")
    confirm_mapping = Element("diagnose_confirm_mapping")
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
    labels_shown: Key[bool] = Key("compare_labels_shown", False)
    flow_shown: Key[bool] = Key("compare_flow_shown", False)
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
    shift_shown: Key[bool] = Key("shift_labels_shown", False)
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
    where = Element("train_where")
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


class StudyState:
    """The page Benchmark."""

    part: Key[str] = Key("study_part", "")
    layer: Key[str | None] = Key("study_layer", None)
    measure: Key[str | None] = Key("study_measure", None)
    map: Key[str | None] = Key("study_map", None)
    heat_map = Element("study_heat_map")
    values = Element("study_values")
    datasets: Key[list[str] | None] = Key("study_datasets", None)
    models: Key[list[str] | None] = Key("study_models", None)
    maps_drawn: Key[list[str] | None] = Key("study_maps_drawn", None)
    seeds: Key[int | None] = Key("study_seeds", None)
    plan = Element("study_plan")
    sample = Element("study_sample")
    compute = Element("study_compute")
    earlier = Elements("study_earlier_{}")
    open_cell = Elements("study_open_cell_{}")
    export = Elements("study_export_{}")
    ranks = Element("study_ranks")
    claims = Elements("study_claims_{}")
    claim_table = Elements("study_claim_table_{}")
    task = Element("study_task")
    maps = Element("study_maps")
    spreads = Element("study_spreads")
