"""The notebooks' exercises: tasks, worked solutions, laws that check an answer, hints.

Every file holds one notebook's exercises; `check` is all that a notebook needs.
"""

from .checking import check, require

__all__ = ["check", "require"]
