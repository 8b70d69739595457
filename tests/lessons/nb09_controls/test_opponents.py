"""Notebook 09 calls an opponent by one plain name in all families of comparisons."""

import re

from pqkd_helpers.lessons.nb09_controls.opponents import family, plain
from pqkd_helpers.paper_figures import paper_figure

RESULT = paper_figure("controls")
CODES = re.compile(r"-as-photonic|-through-ema|yoked|gaussian-|classical-map")


def test_the_tables_have_plain_names_only():
    for found in (RESULT.planned, RESULT.follow_up, RESULT.averaged):
        table = family(found)
        assert not CODES.search(table)
        for arm in found.plan.values():
            assert f"| {plain(arm)} |" in table


def test_the_pictures_description_has_plain_names_only():
    assert plain("yoked") in RESULT.alt and plain("gaussian-frozen") in RESULT.alt
    assert not CODES.search(RESULT.alt)
