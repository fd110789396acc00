"""The scatter of clips."""
