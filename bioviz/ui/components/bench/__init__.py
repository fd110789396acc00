"""One bench: map, clips in lists, inspector and flags in one fixed frame."""
