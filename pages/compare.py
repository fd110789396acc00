"""Compare: two maps of the same clips, linked, and what changed from one to the other."""

from bioviz.ui.compare.page import show

show()
