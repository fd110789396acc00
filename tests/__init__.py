"""The tests, and what they share."""

import os

# Workers take all processors already: more threads in each only wait for one another. Said before NumPy and PyTorch
# are loaded, which read it then; servers and jobs that tests start inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
