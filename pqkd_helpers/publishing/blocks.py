"""Blocks of a text that are computed: ``<!-- from the SOURCE: NAME -->`` to ``<!-- end -->``."""

import re
from collections.abc import Callable, Mapping


def with_blocks(text: str, source: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    r"""Return a text with all blocks of a source written anew; nothing else of it changes.

    Parameters
    ----------
    text : str
    source : str
        Where they come from, such as "records".
    blocks : dict of str to callable
        What to write, by the block's name.

    Raises
    ------
    ValueError
        If a block has an unknown name.

    Examples
    --------
    >>> text = "<!-- from the sky: rain -->\n<!-- end -->"
    >>> print(with_blocks(text, "sky", {"rain": lambda: "wet"}))
    <!-- from the sky: rain -->
    <BLANKLINE>
    wet
    <BLANKLINE>
    <!-- end -->
    """

    def block(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in blocks:
            raise ValueError(f"the block {name!r} is unknown, one of {sorted(blocks)} is expected")
        return f"{match[1]}\n{blocks[name]()}\n\n{match[3]}"

    pattern = rf"(<!-- from the {source}: (?P<name>[a-z0-9-]+) -->\n).*?(<!-- end -->)"
    return re.sub(pattern, block, text, flags=re.DOTALL)
