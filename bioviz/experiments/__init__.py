"""Experiments on a run: background added to its calls at set levels, and windows shifted in time.

Each is drawn by seeds, embedded by a job in blocks that outlive a cancelled one, and kept as a stage of its run.
"""
