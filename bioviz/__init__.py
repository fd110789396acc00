"""bioviz: find out why an audio model confuses animals with background noise."""

__version__ = "0.1.0"
