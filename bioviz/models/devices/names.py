"""Names of devices that are no device of torch's."""

ALL = "all"
"""All GPUs of this computer that compute the same numbers, at the same time, where work can be shared out."""
