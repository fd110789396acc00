"""The verdict in words, and which of its claims hold together."""
