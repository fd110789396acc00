"""Weights that come with bioviz, and the script that makes them."""
