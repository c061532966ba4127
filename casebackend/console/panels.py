"""The forms of the moves on the page of a case: which come first, what each asks for, and what was typed into it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casebackend.api.cases import AllowedMove, CaseView
from casebackend.cases import replying
from casebackend.cases.fields import CORRECTION
from casebackend.cases.progress import usual
from casebackend.cases.rules import Move
from casebackend.cases.words import FIELD_LABELS
from casebackend.console.rendering import SHANGHAI
from casebackend.errors import DomainError, Unprocessable
from casebackend.matters.catalogue import catalogue

LONG = frozenset(
    {
        "opinion", "findings", "judgement_basis", "proposal", "reply_facts", "reply_decision", "reply_basis",
        "reply_remedies", "closing_info", "overdue_reason", "no_recording_reason", "facts", "demand",
    }
)  # fmt: skip
MOMENTS = frozenset({"told_at", "requested_at"})
DAYS, COMING = frozenset({"occurred_on"}), frozenset({"expected_back_on"})
CLASSES = {
    "business_channel_a": "业务办理渠道", "category_b": "业务类别", "cause_c": "投诉原因", "basic_right": "基本权利",
}  # fmt: skip
SELDOM = frozenset({Move.MERGE, Move.UNMERGE, Move.WITHDRAW, Move.EDIT, Move.REOPEN, Move.VOID, Move.ARCHIVE})
OPTIONAL: Mapping[Move, tuple[str, ...]] = {
    Move.SUBMIT: (*CORRECTION, *CLASSES),
    Move.ACCEPT: tuple(CLASSES),
    Move.PROPOSE: ("validity", "judgement_basis", *CLASSES),
    Move.PROPOSE_REPLY: ("judgement_basis",),
    Move.APPROVE_OPINION: tuple(CLASSES),
    Move.APPROVE_REPLY: tuple(CLASSES),
}
WHEN = {"responsible_unit_id": "认定有责、部分有责时必填"}
# A second form of one move: it asks for a colleague of the unit instead of another unit.
COLLEAGUE, TO_COLLEAGUE = "colleague", "转交本单位同事"
LENGTHS = dict.fromkeys(("reply_facts", "reply_decision", "reply_basis", "reply_remedies", "judgement_basis"), 1000)


class MomentUnclear(Unprocessable):
    slug, title = "moment-unclear", "时间不正确"

    def __init__(self, name: str) -> None:
        super().__init__(f"请按“年-月-日 时:分”填写{FIELD_LABELS[name]}", fields=[name])


class FormIncomplete(Unprocessable):
    slug, title = "form-incomplete", "内容不完整"

    def __init__(self, names: Iterable[str]) -> None:
        fields = [name for name in dict.fromkeys(names) if name_of(name) != name]
        named = "、".join(map(name_of, fields))
        super().__init__(f"请检查{named}：格式或长度不符合要求" if named else "请检查填写的内容", fields=fields)


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: str
    required: bool
    value: str

    @property
    def control(self) -> str:
        if self.name in MOMENTS:
            return "moment"
        if self.name in DAYS:
            return "day"
        if self.name in COMING:
            return "coming"
        return "long" if self.name in LONG else "line"

    @property
    def when(self) -> str:
        return WHEN.get(self.name, "")

    @property
    def length(self) -> int:
        return LENGTHS.get(self.name, 4000 if self.name in LONG else 500)


@dataclass(frozen=True, slots=True)
class Panel:
    """`key`: its own among the forms of one page, where two make the same move."""

    key: str
    move: str
    label: str
    fields: list[Field]
    rank: str
    open: bool = False
    error: str = ""
    wrong: list[Field] = field(default_factory=list)


def name_of(name: str) -> str:
    return FIELD_LABELS.get(name) or CLASSES.get(name, name)


def panels(
    case: CaseView,
    wanted: Mapping[Move, Iterable[str]],
    *,
    by_branch: bool,
    late: bool,
    typed: Mapping[str, str],
    refused: DomainError | None = None,
    proposed: str = "",
) -> list[Panel]:
    """The likely next move first, what is seldom done last. `wanted` is what this case needs besides the table;
    `typed` is what stood in the form that was refused; `proposed`: the unit to which the rules would dispatch it."""
    closed_to = catalogue().matters[case.matter_type].closed_to
    likely = case.awaiting.move if case.awaiting else usual(case.status, closed_to)
    known = _known(case, by_branch)
    found = []
    for each in sorted(case.allowed, key=lambda each: (each.move is not likely, each.move in SELDOM)):
        rank = "first" if each.move is likely else "seldom" if each.move in SELDOM else "other"
        mine = typed if key_of(typed) == each.move else {}
        given = known | ({"handling_unit_id": proposed} if each.move is Move.DISPATCH else {})
        fields = fields_of(each, wanted.get(each.move, ()), _optional(case, each.move, late), {**given, **mine})
        found.append(_panel(each.move, each.move, each.label, fields, rank, mine, refused))
        if each.move is Move.TRANSFER and case.barred is None:
            mine = typed if key_of(typed) == COLLEAGUE else {}
            asked = [Field(name, name_of(name), True, mine.get(name, "")) for name in ("assignee_id", "opinion")]
            found.append(_panel(COLLEAGUE, each.move, TO_COLLEAGUE, asked, rank, mine, refused))
    return found


def key_of(form: Mapping[str, str]) -> str:
    """Which of the forms was sent."""
    return form.get("panel") or form.get("move", "")


def _panel(
    key: str,
    move: Move,
    label: str,
    fields: list[Field],
    rank: str,
    mine: Mapping[str, str],
    refused: DomainError | None,
) -> Panel:
    if not mine or refused is None:
        return Panel(key, move, label, fields, rank)
    wrong = [field for field in fields if field.name in named_in(refused)]
    return Panel(key, move, label, fields, rank, open=True, error=refused.detail, wrong=wrong)


def named_in(refused: DomainError) -> list[str]:
    """The fields that a refusal names."""
    fields = refused.extensions.get("fields")
    return [str(each) for each in (fields if isinstance(fields, list) else [refused.extensions.get("field")]) if each]


def fields_of(
    each: AllowedMove, wanted: Iterable[str], optional: Iterable[str], values: Mapping[str, str]
) -> list[Field]:
    """What the table asks for first, then what this case needs, then what may come with it."""
    required = list(dict.fromkeys([*each.requires, *wanted]))
    names = dict.fromkeys([*required, *optional, "opinion"])
    return [Field(name, name_of(name), name in required, values.get(name, "")) for name in names]


def _optional(case: CaseView, move: Move, late: bool) -> list[str]:
    """Without a plan that was agreed to an answer may say the result still; a unit that is named stays."""
    found = ["responsible_unit_id"] if move is Move.PROPOSE and case.responsible_unit_id is None else []
    found += OPTIONAL.get(move, ())
    if move is Move.REPLY:
        asked = catalogue().matters[case.matter_type].answer
        found += [*(["overdue_reason"] if late else []), *(["reply_decision"] if "reply_decision" in asked else [])]
    return found


def _known(case: CaseView, by_branch: bool) -> dict[str, str]:
    """What stands in a form before anybody types. A plan that nobody agreed to is no decision to tell."""
    decided = any("reply_decision" in each.requires for each in case.allowed)
    return {
        "reply_remedies": replying.offered(case.matter_type, by_branch=by_branch),
        "reply_facts": case.findings or "",
        "reply_decision": (case.proposal or "") if decided else "",
        "reply_basis": case.judgement_basis or "",
        **{name: str(getattr(case, name)) for name in CLASSES},
    }


def command_of(form: Mapping[str, str], cosigners: list[str], known: Iterable[str]) -> dict[str, Any]:
    """What was sent, as the command wants it: empty fields left out, local times with their zone."""
    given: dict[str, Any] = {name: value for name, value in form.items() if value and name in set(known)}
    for name in MOMENTS & given.keys():
        given[name] = moment_of(name, given[name])
    return given | ({"cosigners": cosigners} if cosigners else {})


def moment_of(name: str, text: str) -> datetime:
    """A local input knows no zone: everybody here lives by Shanghai time."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise MomentUnclear(name) from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
