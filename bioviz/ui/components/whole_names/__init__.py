"""The whole of a name that has no room."""
