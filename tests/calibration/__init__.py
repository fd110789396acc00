"""The calibration suite: how often each sentence is said where nothing is there, and where something is.

`python -m tests.calibration` prints the table; `test_calibration.py` runs a small version with the other tests.
"""
