"""What else may tell background or neighbors apart: place, time, recorder, level; coarser units left out."""
