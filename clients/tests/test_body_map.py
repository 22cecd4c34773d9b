"""The sensation map: each fact on its place, in its sign and in words."""

from __future__ import annotations

from clients.body import together, wider
from clients.body_map import BodyMap, on_the_body, sensation_map, touched_map
from clients.fields import Places


def test_a_fact_stands_on_its_place_in_the_legend_and_in_the_words_of_the_picture():
    drawn = _map([("reduced-sensation", ("foot:left", "foot:right")), ("open-wound", ("sacrum:midline",))],
                 {"foot:left": 2, "foot:right": 2, "sacrum:midline": "none"})
    assert [(fact.sign, fact.words) for fact in drawn.facts] == [
        ("R", "Reduced sensation: both feet"), ("a", "Open or healing wound: sacrum"),
        ("×", "Leave it alone: sacrum"), ("2", "Pressure 2 at most: both feet")]
    assert drawn.words.startswith("Body map. Reduced sensation: both feet. ")
    assert _looks(drawn, "front") == {"foot:left": "reduced", "foot:right": "reduced", "toes:left": "reduced",
                                      "toes:right": "reduced"}
    assert _looks(drawn, "back")["sacrum:midline"] == "other"
    assert sorted(tag.words for tag in drawn.views[0].tags) == ["R 2", "R 2"]
    assert sorted(tag.words for tag in drawn.views[1].tags) == ["R 2", "R 2", "a ×"]


def test_what_weighs_most_colours_a_place_and_every_sign_is_told():
    drawn = _map([("reduced-sensation", ("leg:left",)), ("absent-sensation", ("toes:left",))], {})
    looks = _looks(drawn, "front")
    assert (looks["toes:left"], looks["foot:left"], looks["thigh:left"]) == ("absent", "reduced", "reduced")
    assert sorted(tag.words for tag in drawn.views[0].tags) == ["A", "R"]


def test_a_side_is_drawn_only_where_it_shows_what_front_and_back_do_not():
    assert [view.figure.view for view in _map([("spasm", ("calf:left",))], {}).views] == ["front", "back"]
    assert [view.figure.view for view in _map([("spasm", ("temple:left",))], {}).views] == ["front", "back", "left"]


def test_no_sign_lies_over_another():
    everywhere = [(code, ("foot:left", "heel:left", "toes:left", "ankle:left", "foot:right")) for code in ("spasm", "cancer")]
    for view in _map([*everywhere, ("absent-sensation", ("ankle:right",))], {"foot:left": 1, "toes:left": 0}).views:
        assert not [(a, b) for a in view.tags for b in view.tags if a is not b and a.meets(b)]
        assert view.tags or view.figure.view not in ("front", "back")


def test_without_a_place_nothing_is_drawn():
    assert sensation_map([("spasticity", ())], {}) is None
    assert sensation_map([], {"foot:left": None}) is None


def test_a_choice_shows_in_every_view_and_a_chosen_parent_in_all_it_contains():
    views = {view.figure.view: view for view in touched_map(["arm:left"])}
    picked = {view: {one.shape.place for layer in views[view].layers for one in layer.drawn if one.is_picked}
              for view in views}
    assert {"palm:left", "inner-elbow:left"} <= picked["front"] and "hand:left" in picked["back"]
    assert picked["left"] and not picked["right"]


def test_a_map_to_touch_draws_what_is_felt_and_how_firm_a_hand_may_be_also_under_a_choice():
    known = on_the_body([("reduced-sensation", ("foot:left",)), ("hypersensitive", ("palm:right",))], {"foot:left": 2})
    views = touched_map(["foot:left"], known)
    foot, palm = (next(one for view in views if view.figure.view == "front" for layer in view.layers
                       for one in layer.drawn if one.shape.place == place) for place in ("foot:left", "palm:right"))
    assert (foot.look, foot.is_picked, foot.title) == ("reduced", True, "left foot: reduced sensation, pressure 2 at most")
    assert (palm.look, palm.is_picked) == ("hypersensitive", False)
    assert {tag.words for view in views for tag in view.tags} == {"R 2", "H"}
    assert [fact.sign for fact in known.facts] == ["H", "R", "2"]


def test_left_and_right_together_are_both_and_the_midline_of_two_halves_is_all_of_it():
    assert together(["foot:right", "foot:left", "palm:left"]) == (("foot", "both"), ("palm", "left"))
    assert together(["foot:both", "foot:left"]) == (("foot", "both"),)
    form = Places(initial={"places": ["lower-back:midline", "foot:left", "tail:left"]})
    assert form.chosen() == ("lower-back:both", "foot:left") and form.chosen_words() == "lower back and left foot"


def test_what_is_wider_than_a_place_is_told_nearest_first():
    assert wider("heel:left") == ("foot:left", "lower-leg:left", "leg:left")
    assert wider("sacrum:midline") == ("lower-back:both", "back:both")
    assert wider("leg:left") == ()


def _map(*args: object) -> BodyMap:
    drawn = sensation_map(*args)  # type: ignore[arg-type]
    assert drawn is not None
    return drawn


def _looks(drawn: BodyMap, view: str) -> dict[str, str]:
    return {one.shape.place: one.look for one_view in drawn.views if one_view.figure.view == view
            for layer in one_view.layers for one in layer.drawn if one.look}
