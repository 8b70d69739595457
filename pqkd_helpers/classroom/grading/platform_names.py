"""Who handed in a file that a learning platform has named.

Moodle (``mod/assign``) puts a file into a folder ``Anna Meyer_4711_assignsubmission_file``, or, if
folders are switched off, puts these words before the file's own name. Older versions end the
folder's name with an underscore. The number is that of the participant in this assignment.

Canvas (``lib/content_zipper.rb``) names every file ``meyeranna_LATE_33_815_02.ipynb``: the name to
sort by, without spaces, then ``LATE`` if it was, the numbers of the user and of the file, and the
file's own name. Where names are hidden it begins with ``anon_x3Fd9``.
"""

import re
from dataclasses import dataclass
from typing import Literal

Platform = Literal["Moodle", "Canvas", ""]
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?:(?P<anonymous>anon_[^_]+)|(?P<name>.+?))(?P<late>_LATE)?(?:_(?P<number>[1-9]\d*))?_[1-9]\d*_.+",
    re.DOTALL,
)


@dataclass(frozen=True)
class Owner:
    """Whose a file is.

    Attributes
    ----------
    name : str
    platform : str
        "Moodle", "Canvas" or "".
    number : str
        The platform's number for the student, if it has one.
    """

    name: str
    platform: Platform = ""
    number: str = ""


def owner_of_folder(name: str) -> Owner:
    """Return whose folder this is.

    Examples
    --------
    >>> owner_of_folder("Anna Meyer_4711_assignsubmission_file_")
    Owner(name='Anna Meyer', platform='Moodle', number='4711')
    """
    found = _MOODLE.fullmatch(name)
    return Owner(name) if found is None else Owner(found["name"], "Moodle", found["number"])


def owner_of_file(name: str) -> Owner:
    """Return whose file this is, among those of a whole class.

    Parameters
    ----------
    name : str
        The file's name; its ending may be missing.

    Examples
    --------
    >>> owner_of_file("meyeranna_LATE_33_815_02_feature_histograms.ipynb")
    Owner(name='meyeranna', platform='Canvas', number='33')
    """
    moodle = owner_of_folder(name)
    found = _CANVAS.fullmatch(name)
    if moodle.platform or found is None:
        return moodle
    if found["anonymous"]:
        return Owner(found["anonymous"], "Canvas")
    return Owner(found["name"], "Canvas", found["number"]) if found["number"] else Owner(name)
