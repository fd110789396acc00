"""The files of a folder: which there are, which recording a table means, and what becomes of the rest."""
