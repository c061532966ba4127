from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.cases.progress import ENDS, WAY, Node, Phase, Receipt, planned, progress
from casebackend.cases.rules import LIFECYCLE, Move, Status

S, M = Status, Move
START = datetime(2026, 3, 2, 2, tzinfo=UTC)
DEPARTMENT = uuid4()
UNITS = {DEPARTMENT: "个金部"}
SMOOTH = [M.SUBMIT, M.ACCEPT, M.DISPATCH, M.RECEIVE, M.PROPOSE, M.APPROVE_OPINION, M.APPROVE_REPLY, M.REPLY]


@dataclass(frozen=True)
class Step:
    at: datetime
    actor_name: str
    move: str | None
    from_status: str | None
    to_status: str | None
    unit_id: UUID | None = DEPARTMENT
    opinion: str | None = None
    due_at: datetime | None = None
    remark: str | None = None


def walked(*moves: Move, due_in: int | None = None) -> list[Step]:
    """One step an hour, by 甲, 乙, 丙 in turn."""
    found, status = [], S.DRAFT
    for hour, move in enumerate(moves):
        at = START + timedelta(hours=hour)
        to = LIFECYCLE[status, move].to
        due = at + timedelta(hours=due_in) if due_in is not None else None
        found.append(Step(at, "甲乙丙"[hour % 3], move, status, to, opinion=f"意见{hour}", due_at=due))
        status = to
    return found


def way(*moves: Move, now: datetime = START + timedelta(days=1), due_in: int | None = None) -> list[Node]:
    return progress(walked(*moves, due_in=due_in), now=now, units=UNITS, handler="王", received_at=START)


def names(nodes: list[Node], *phases: Phase) -> list[str]:
    return [node.name for node in nodes if node.phase in phases]


def test_a_new_case_shows_where_it_is_and_everything_to_come() -> None:
    nodes = way(M.SUBMIT)
    assert names(nodes, Phase.DONE) == ["登记"]
    assert names(nodes, Phase.NOW) == ["待复核"]
    assert names(nodes, Phase.PLANNED) == [
        "已受理", "已转办待接收", "调查处理中", "处理意见待审", "办结审批中", "待答复", "已答复", "回访中", "已结案",
    ]  # fmt: skip
    assert [node.place for node in nodes] == list(range(1, 12))


def test_a_node_tells_who_had_it_when_it_came_and_left_and_what_was_said() -> None:
    nodes = way(M.SUBMIT, M.ACCEPT, M.DISPATCH, M.RECEIVE, M.PROPOSE)
    handled = next(node for node in nodes if node.status is S.INVESTIGATING)
    assert (handled.handler, handled.unit) == ("乙", "个金部")
    assert (handled.came_at, handled.left_at) == (START + timedelta(hours=3), START + timedelta(hours=4))
    assert (handled.came_by, handled.came_how, handled.left_how) == ("甲", "接收", "提交处理意见")
    assert (handled.opinion, handled.came_opinion) == ("意见4", "意见3")


def test_what_is_said_while_a_case_stays_stands_with_that_stay_in_order() -> None:
    steps = walked(M.SUBMIT, M.ACCEPT, M.DISPATCH, M.RECEIVE, M.ASK_COUNTERSIGN, M.COUNTERSIGN_DONE)
    at = steps[-1].at
    meanwhile = [
        Step(at, "丁", None, None, None, opinion=text, remark=remark)
        for text, remark in (("同意", "反馈协办任务"), ("请延期", "申请延期"), (None, "申请延期"), ("客户说的", None))
    ]
    before = Step(START, "丁", None, None, None, opinion="早了", remark="督办")
    nodes = progress([before, *steps[:-1], *meanwhile, steps[-1]], now=at, units=UNITS, received_at=START)
    said = {node.status: [(each.label, each.by, each.text) for each in node.said] for node in nodes if node.said}
    assert said == {S.COUNTERSIGN: [("反馈协办任务", "丁", "同意"), ("申请延期", "丁", "请延期")]}
    assert len(nodes) == len(progress(steps, now=at, units=UNITS, received_at=START))


def test_a_node_is_unreceived_then_received_then_answered() -> None:
    waiting = way(M.SUBMIT, M.ACCEPT, M.DISPATCH)[3]
    assert (waiting.receipt, waiting.receipt_at, waiting.handler) == (Receipt.WAITING, None, None)
    nodes = way(M.SUBMIT, M.ACCEPT, M.DISPATCH, M.RECEIVE)
    assert (nodes[3].receipt, nodes[3].receipt_at) == (Receipt.RECEIVED, START + timedelta(hours=3))
    assert (nodes[4].receipt, nodes[4].handler) == (Receipt.RECEIVED, "王")
    answered = way(M.SUBMIT, M.ACCEPT, M.DISPATCH, M.RECEIVE, M.PROPOSE)[4]
    assert (answered.receipt, answered.receipt_at) == (Receipt.ANSWERED, START + timedelta(hours=4))
    assert way(M.SUBMIT, M.ACCEPT, M.DISPATCH, M.SEND_BACK)[3].receipt is Receipt.RETURNED


def test_what_was_answered_waits_for_nobody() -> None:
    present = way(*SMOOTH)[8]
    assert (present.status, present.phase, present.receipt) == (S.REPLIED, Phase.NOW, Receipt.NONE)


def test_rework_is_another_visit_and_the_plan_goes_on_from_there() -> None:
    nodes = way(*SMOOTH[:5], M.RETURN_FOR_REWORK, M.PROPOSE)
    assert names(nodes, Phase.DONE)[-3:] == ["调查处理中", "处理意见待审", "调查处理中（第2次）"]
    assert names(nodes, Phase.NOW) == ["处理意见待审（第2次）"]
    assert names(nodes, Phase.PLANNED)[0] == "办结审批中"


def test_late_is_who_left_after_the_limit_or_has_not_left_by_now() -> None:
    nodes = way(M.SUBMIT, M.ACCEPT, M.DISPATCH, due_in=1, now=START + timedelta(hours=3))
    assert [node.late for node in nodes[1:4]] == [False, False, False]
    assert way(M.SUBMIT, M.ACCEPT, M.DISPATCH, due_in=1, now=START + timedelta(hours=3, seconds=1))[3].late
    assert way(M.SUBMIT, M.ACCEPT, due_in=0)[1].late


def test_a_case_that_has_ended_has_no_plan() -> None:
    for last in (M.WITHDRAW, M.MERGE, M.VOID):
        nodes = way(M.SUBMIT, M.ACCEPT, last)
        assert (nodes[-1].phase, names(nodes, Phase.PLANNED)) == (Phase.END, [])
    assert not planned(S.CLOSED)


def test_what_happens_around_the_case_makes_no_node() -> None:
    urged = Step(START, "客户", None, None, None)
    assert len(progress([*walked(M.SUBMIT), urged], now=START, units={})) == len(way(M.SUBMIT))
    assert progress([], now=START, units={}) == []


@pytest.mark.parametrize("status", [status for status in Status if status not in ENDS])
def test_every_way_ends_and_is_a_way_of_the_table(status: Status) -> None:
    nodes = planned(status)
    assert nodes[-1].status in ENDS
    for before, after in zip([status, *(node.status for node in nodes)], nodes, strict=False):
        assert LIFECYCLE[before, WAY[before]].to is after.status


@given(st.data())
def test_any_walk_gives_one_node_a_stay_in_order_with_at_most_one_present(data: st.DataObject) -> None:
    status, moves = S.DRAFT, []
    for _ in range(data.draw(st.integers(1, 40))):
        open_moves = [move for source, move in LIFECYCLE if source is status]
        if not open_moves:
            break
        moves.append(data.draw(st.sampled_from(open_moves)))
        status = LIFECYCLE[status, moves[-1]].to
    nodes = way(*moves)
    gone = [node for node in nodes if node.phase is not Phase.PLANNED]
    assert len(gone) == len(moves) + 1
    assert [node.place for node in nodes] == list(range(1, len(nodes) + 1))
    assert [node.phase for node in gone[:-1]] == [Phase.DONE] * len(moves)
    assert gone[-1].status is status
    assert all(node.left_at is None or node.came_at is None or node.came_at <= node.left_at for node in gone)
    assert len({(node.status, node.visit) for node in gone}) == len(gone)


def test_a_signature_is_a_node_of_its_own_where_the_department_gives_one() -> None:
    def shown(*moves: Move, unsigned: bool) -> list[Node]:
        found = progress(walked(*moves), now=START + timedelta(days=1), units=UNITS, handler="王", unsigned=unsigned)
        assert [node.place for node in found] == list(range(1, len(found) + 1))
        return found

    to_come = names(shown(*SMOOTH[:4], unsigned=True), Phase.PLANNED)
    assert to_come[:3] == ["部门签署", "处理意见待审", "办结审批中"]
    proposed = shown(*SMOOTH[:5], unsigned=True)
    assert names(proposed, Phase.NOW) == ["部门签署"]
    assert names(proposed, Phase.PLANNED)[:2] == ["处理意见待审", "办结审批中"]
    signed = shown(*SMOOTH[:5], M.SIGN, unsigned=False)
    assert names(signed, Phase.DONE)[-1] == "部门签署"
    assert (signed[-7].handler, signed[-7].opinion) == ("丙", "意见5")
    assert names(signed, Phase.NOW) == ["处理意见待审"]
    again = shown(*SMOOTH[:5], M.SIGN, M.RETURN_FOR_REWORK, M.PROPOSE, M.SIGN, unsigned=False)
    assert names(again, Phase.NOW) == ["处理意见待审（第2次）"]
    assert [node.label for node in again if node.status is S.PROPOSED and node.phase is Phase.DONE] == [
        "部门签署", "处理意见待审", "部门签署",
    ]  # fmt: skip
