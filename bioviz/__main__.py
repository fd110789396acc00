"""`python -m bioviz`."""

import sys

from bioviz.cli import main

sys.exit(main())
