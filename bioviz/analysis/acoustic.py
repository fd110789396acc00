"""Acoustic columns for colouring and for finding confounds; measured by `audio.measures`, kept by `embedding`."""

from bioviz.audio.measures import COLUMNS, NAMES, Column, measure
from bioviz.embedding.acoustic import open_acoustic

__all__ = ["COLUMNS", "NAMES", "Column", "measure", "open_acoustic"]
