"""Run the command line: ``python -m pqkd_helpers``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
