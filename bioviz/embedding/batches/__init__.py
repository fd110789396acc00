"""Batches on their way through a device."""
