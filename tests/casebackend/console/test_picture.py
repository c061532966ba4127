from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from casebackend.cases.progress import Node, Phase
from casebackend.cases.rules import Status
from casebackend.console.picture import COLUMNS, FIRST, MOST, folded, tall, wide


def nodes(walked: int, to_come: int) -> list[Node]:
    phases = [Phase.DONE] * (walked - 1) + [Phase.NOW] + [Phase.PLANNED] * to_come
    return [Node(place, Status.INVESTIGATING, "调查", phase) for place, phase in enumerate(phases, 1)]


def test_a_usual_case_stands_in_one_row_and_is_not_folded() -> None:
    picture = wide(nodes(3, COLUMNS - 3))
    assert len({dot.y for dot in picture.dots}) == 1
    assert len(picture.lines) == COLUMNS - 1
    assert [line.planned for line in picture.lines] == [False, False] + [True] * (COLUMNS - 3)


def test_a_case_with_a_signature_stands_in_one_row_and_of_two_rows_none_has_a_step_alone() -> None:
    assert len({dot.y for dot in wide(nodes(6, 6)).dots}) == 1
    for many in (13, 14):
        rows = Counter(dot.y for dot in wide(nodes(3, many - 3)).dots)
        assert len(rows) == 2
        assert max(rows.values()) - min(rows.values()) <= 1


def test_forty_steps_keep_the_first_the_last_and_the_plan() -> None:
    shown = folded(nodes(40, 4))
    assert len(shown) == MOST
    assert shown[FIRST] == 31
    assert [node.place for node in shown if isinstance(node, Node)] == [1, 2, *range(34, 45)]
    assert sum(dot.hidden for dot in wide(nodes(40, 4)).dots) == 31


@given(st.integers(1, 60), st.integers(0, 10))
def test_the_present_node_and_the_plan_are_never_folded_and_nothing_leaves_the_picture(walked: int, plan: int) -> None:
    given_nodes = nodes(walked, plan)
    shown = folded(given_nodes)
    places = [each.place for each in shown if isinstance(each, Node)]
    hidden = sum(each for each in shown if isinstance(each, int))
    assert len(places) + hidden == len(given_nodes)
    assert set(range(walked, walked + plan + 1)) <= set(places)
    for picture in (wide(given_nodes), tall(given_nodes)):
        assert all(0 <= dot.x <= picture.width and 0 <= dot.y <= picture.height for dot in picture.dots)
        assert len({(dot.x, dot.y) for dot in picture.dots}) == len(picture.dots)
