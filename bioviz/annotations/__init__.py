"""Boxes that users draw on recordings: the user's own table beside the dataset."""

from bioviz.annotations.actions import annotate, change, remove
from bioviz.annotations.log import ANNOTATION_LOGS
from bioviz.annotations.placed import Annotations, load_annotations
from bioviz.annotations.records import UserAnnotation

__all__ = [
    "ANNOTATION_LOGS",
    "Annotations",
    "UserAnnotation",
    "annotate",
    "change",
    "load_annotations",
    "remove",
]
