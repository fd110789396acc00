"""The keys of what users bring: the pages Datasets and Models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bioviz.ui.session import Element, Elements, Key, Keys


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
    import_choose = Element("import_embeddings_choose")
    import_with = Element("import_embeddings_with")
    import_job: Key[str] = Key("import_job", "")
    import_open = Element("import_open")
    own_file = Element("own_model_file")
    own_folder = Element("own_model_folder")
    own_network = Element("own_model_network")
    own_trust = Elements("own_model_trust_{}")
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
