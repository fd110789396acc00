"""Diagnose: where, how much and why labelled sounds and background are confused, and what to do about it."""

from bioviz.ui.diagnose.page import show

show()
