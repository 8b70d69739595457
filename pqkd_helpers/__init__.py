"""Helper modules of the PQKD tutorial series, one per topic, each usable alone.

Importing the package itself is light: modules that need torch import it themselves.
"""

__version__ = "0.1.0"
