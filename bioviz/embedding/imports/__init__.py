"""Embeddings that others computed: read from their files, matched to recordings, opened as runs without a model."""
