"""Programs that run model files as they were published: one module each, named in `Graph.runtime`.

A module has `REQUIRES` (what it imports), `TITLE` and `open_session`. None is imported before its model is opened.
"""
