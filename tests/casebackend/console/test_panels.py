from datetime import UTC, datetime

import pytest

from casebackend.api.cases import AllowedMove, CaseView, MoveCase
from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.cases.words import MOVE_LABELS
from casebackend.console.panels import FormIncomplete, MomentUnclear, Panel, command_of, moment_of, panels
from casebackend.errors import DomainError, Unprocessable


def case_in(status: Status, *moves: Move, findings: str | None = None) -> CaseView:
    allowed = [
        AllowedMove(move=move, label=MOVE_LABELS[move], requires=list(LIFECYCLE[status, move].requires))
        for move in moves
    ]
    return CaseView.model_construct(
        status=status,
        matter_type="complaint",
        allowed=allowed,
        findings=findings,
        proposal="退还年费",
        judgement_basis="章程",
        barred=None,
        business_channel_a="网点",
        category_b="信用卡",
        cause_c="待分类",
    )


def shown(case: CaseView, typed: dict[str, str] | None = None, refused: DomainError | None = None) -> list[Panel]:
    return panels(case, {}, by_branch=True, late=False, typed=typed or {}, refused=refused)


def test_the_likely_next_move_is_first_and_what_is_seldom_done_last() -> None:
    moves = (Move.WITHDRAW, Move.TRANSFER, Move.MERGE, Move.PROPOSE, Move.ASK_COUNTERSIGN)
    found = shown(case_in(Status.INVESTIGATING, *moves))
    assert [(panel.key, panel.rank) for panel in found] == [
        ("propose", "first"),
        ("transfer", "other"),
        ("colleague", "other"),
        ("ask_countersign", "other"),
        ("withdraw", "seldom"),
        ("merge", "seldom"),
    ]


def test_required_fields_come_first_and_every_form_takes_an_opinion_once() -> None:
    for move in (Move.PROPOSE, Move.TRANSFER):
        fields = shown(case_in(Status.INVESTIGATING, move))[0].fields
        required = [field.name for field in fields if field.required]
        assert required == list(LIFECYCLE[Status.INVESTIGATING, move].requires)
        assert [field.name for field in fields][: len(required)] == required
        assert [field.name for field in fields].count("opinion") == 1


def test_a_refused_form_stays_open_with_what_was_typed_and_names_the_field() -> None:
    case = case_in(Status.INVESTIGATING, Move.TRANSFER, Move.PROPOSE)
    typed = {"move": "transfer", "opinion": "请个金部接手"}
    found = shown(case, typed, FormIncomplete(["handling_unit_id"]))
    transfer = next(panel for panel in found if panel.move == "transfer")
    assert (transfer.open, [field.name for field in transfer.wrong]) == (True, ["handling_unit_id"])
    assert {field.name: field.value for field in transfer.fields}["opinion"] == "请个金部接手"
    propose = next(panel for panel in found if panel.move == "propose")
    assert (propose.open, propose.error) == (False, "")
    assert "请个金部接手" not in [field.value for field in propose.fields]


def test_the_decision_of_head_office_offers_no_review_above_it() -> None:
    case = case_in(Status.REPLY_PENDING, Move.REPLY, findings="重复扣收")
    for by_branch in (True, False):
        panel = panels(case, {}, by_branch=by_branch, late=False, typed={})[0]
        values = {field.name: field.value for field in panel.fields}
        assert ("核查" in values["reply_remedies"]) is by_branch
        assert all(way in values["reply_remedies"] for way in ("调解", "仲裁", "诉讼"))
        assert [values[name] for name in ("reply_facts", "reply_decision", "reply_basis")] == [
            "重复扣收", "退还年费", "章程",
        ]  # fmt: skip


def test_a_time_on_the_wall_is_shanghai_time() -> None:
    given = command_of(
        {"move": "reply", "told_at": "2026-03-02T10:00", "opinion": "", "csrf": "x"}, [], MoveCase.model_fields
    )
    assert given == {"move": "reply", "told_at": given["told_at"]}
    assert given["told_at"].astimezone(UTC) == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert MoveCase.model_validate(given).told_at == datetime(2026, 3, 2, 2, tzinfo=UTC)
    assert moment_of("told_at", "2026-03-02T10:00+00:00") == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["昨天", "2026-13-01T00:00", "10:00"])
def test_a_time_that_is_none_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(MomentUnclear) as refused:
        moment_of("told_at", text)
    assert "告知时间" in refused.value.detail
    assert isinstance(refused.value, Unprocessable)
