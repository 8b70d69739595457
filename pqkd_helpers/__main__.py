"""Run the command line: ``python -m pqkd_helpers``."""

import sys

from .common.terminal import prepare


def _run() -> int:
    prepare()
    if sys.argv[1:] == ["doctor"]:  # must work where packages are missing
        from .command_line.doctor import main as doctor

        return doctor()
    from .command_line.main import main

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(_run())
