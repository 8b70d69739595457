"""A film's motion is in its style, its still in the drawing, and both agree on every second."""

import re
import xml.etree.ElementTree as ET

import pytest

from pqkd_helpers.lessons.film import Film, Part, Pose, captions, shown, steps, text, value_at

DOT = Part(
    "<circle r='3'/>",
    pose=[(1.0, Pose(0.0, 10.0)), (3.0, Pose(100.0, 10.0, turn=90.0, wide=2.0))],
    opacity=shown(1.0, 3.5),
    grey=[(0.0, 0.0), (4.0, 255.0)],
)


def film(*parts, still=2.0):
    return Film("dot", "A dot moves to the right.", 200, 50, 4.0, still, parts)


def keyframes(svg, number=0):
    block = re.search(rf"@keyframes dot-{number}\{{(.*)\}}$", svg, flags=re.MULTILINE)[1]
    return dict(re.findall(r"([\d.]+)%\{([^}]*)\}", block))


def test_the_still_is_the_state_at_its_second():
    group = ET.fromstring(film(DOT).svg(motion="none"))[1]
    assert group.get("transform") == "translate(50 10) rotate(45) scale(1.5 1)"
    assert group.get("opacity") == "1" and group.get("fill") == "#808080"


def test_a_still_holds_no_motion_and_the_same_drawing_as_the_film():
    still, moving = film(DOT).svg(motion="none"), film(DOT).svg()
    assert "animation" not in still and "@keyframes" not in still
    bare = re.sub(r"(?s)<style>.*</style>\n| class=\"[^\"]*\" style=\"[^\"]*\"", "", moving)
    assert bare == still


def test_keyframes_begin_at_the_start_and_end_at_the_end():
    frames = keyframes(film(DOT).svg())
    assert frames["0"].startswith("transform:translate(0px,10px) rotate(0deg) scale(1,1)")
    assert "translate(100px,10px) rotate(90deg) scale(2,1)" in frames["75"]
    assert "translate(100px,10px) rotate(90deg) scale(2,1)" in frames["100"]
    assert "fill:#ffffff" in frames["100"] and "opacity:0" in frames["100"]


def test_a_reader_who_wants_less_motion_gets_none_unless_asked_for():
    rule = "@media (prefers-reduced-motion:reduce){svg:not(.asked) .dot-moves{animation-name:none"
    assert rule in film(DOT).svg()


@pytest.mark.parametrize(("motion", "count"), [("infinite", "infinite"), ("once", "1 forwards")])
def test_a_film_repeats_or_stops_at_its_end(motion, count):
    assert f".dot-moves{{animation:4s linear {count}}}" in film(DOT).svg(motion=motion)


def test_a_part_may_move_inside_another():
    nested = film(Part(DOT, pose=[(0.0, Pose(5.0))]))
    root = ET.fromstring(nested.svg(motion="none"))
    assert root[1].get("transform").startswith("translate(5 0)")
    assert root[1][0].get("transform").startswith("translate(50 10)")
    assert nested.svg().count("@keyframes") == 2


def test_a_step_keeps_its_value_until_the_next_one():
    track = steps([(0.0, 1.0), (2.0, 5.0), (3.0, 0.0)])
    assert [value_at(track, second) for second in (0.0, 1.99, 2.1, 2.9, 3.1, 9.0)] == [
        1.0, 1.0, 5.0, 5.0, 0.0, 0.0,
    ]  # fmt: skip


def test_captions_follow_one_another_and_the_last_one_stays():
    parts = captions([(0.0, "one"), (2.0, "two")], 0.0, 0.0)
    seen = [[round(value_at(part.opacity, t)) for part in parts] for t in (0.0, 1.9, 2.1, 9.0)]
    assert seen == [[1, 0], [1, 0], [0, 1], [0, 1]]


def test_a_text_is_escaped_and_a_hyphen_is_a_minus():
    assert ET.fromstring(text(1, 2, "-1 < 0 & so on")).text == "\N{MINUS SIGN}1 < 0 & so on"
