"""Run the command line: ``python -m pqkd_helpers``."""

import sys

from .terminal import prepare


def _run() -> int:
    prepare()
    if sys.argv[1:] == ["doctor"]:  # must work where packages are missing
        from .doctor import main as doctor

        return doctor()
    from .cli import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(_run())
