"""What matter type, source, capacity and the territorial rule ask of a move."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.guard import of_user
from casebackend.access.principal import Kind, Principal
from casebackend.api.cases import MoveCase
from casebackend.calendar.rules import local_date
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office, unit_of_code
from casebackend.cases.rules import ADMIN, LIFECYCLE, Move, Status
from casebackend.cases.words import MOVE_LABELS
from casebackend.errors import Conflict, Forbidden, Unprocessable
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import HEAD_OFFICE
from casebackend.organisations.model import Organisation
from casebackend.organisations.queries import tree
from casebackend.parties.queries import documents_missing
from casebackend.staff.queries import of_unit


class NotOpenToMatter(Conflict):
    slug, title = "not-open-to-matter", "该类事项不适用此操作"

    def __init__(self, matter: str, move: Move) -> None:
        super().__init__(f"“{matter}”不需要“{MOVE_LABELS[move]}”")


class DocumentsMissing(Unprocessable):
    slug, title = "documents-missing", "证明材料不齐"

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__("请补充：" + "、".join(labels), documents=list(labels))


class HeadOfficeReviews(Forbidden):
    slug, title = "head-office-reviews", "须由总行复核"

    def __init__(self, source: str) -> None:
        super().__init__(f"来源为“{source}”的事项，受理、不予办理、退回修改、合并和撤诉由总行人员办理")


class ReasonForOtherUnit(Unprocessable):
    slug, title = "reason-for-other-unit", "请说明转办理由"

    def __init__(self) -> None:
        super().__init__("没有转给属地承办机构，请在处理意见中说明理由", fields=["opinion"])


# What decides whether a matter that came from above is taken in, and every way out before its answer.
BY_HEAD_OFFICE = frozenset({Move.ACCEPT, Move.DECLINE, Move.WITHDRAW, Move.MERGE, Move.EDIT})
OPENING = (Move.ACCEPT, Move.DECLINE, Move.RETURN_TO_DRAFT)
# What is said in a reply; which of it, the matter says.
ANSWER = frozenset({"reply_facts", "reply_decision", "reply_basis", "reply_remedies"})
# What is found out about a complaint; of praise, advice and questions nothing is judged.
JUDGEMENT = frozenset({"judgement_basis", "validity", "responsible", "cause_c"})


def open_to(case: Case, move: Move) -> bool:
    """What the regulator sent goes all the way, whatever it is."""
    return is_regulated(case) or catalogue().allows(case.matter_type, move)


def is_judged(case: Case) -> bool:
    return open_to(case, Move.PROPOSE)


def needed(case: Case, fields: Sequence[str]) -> list[str]:
    """Of the fields that the table asks for, those that mean something for this matter. What was answered without a
    plan has no decision to tell."""
    unwanted = frozenset() if is_judged(case) else JUDGEMENT
    unwanted |= ANSWER - set(catalogue().matters[case.matter_type].answer)
    unwanted |= frozenset() if is_decided(case) else {"reply_decision"}
    return [field for field in fields if field not in unwanted]


def is_decided(case: Case) -> bool:
    """Whether somebody agreed to the plan that stands there; it stays, as a start, of what is looked into again."""
    return bool(case.proposal) and case.judgement_reviewed_by is not None


class OwnReviewers(Forbidden):
    slug, title = "own-reviewers", "须由指定部门复核"

    def __init__(self, source: str, unit: str) -> None:
        super().__init__(f"来源为“{source}”的事项，受理、不予办理和退回修改由{unit}的人员办理")


async def own_reviewers(session: AsyncSession, case: Case) -> Organisation | None:
    """The unit that looks into what came from this source, by the rule of the day of receipt; None where anybody may,
    or where nobody there could: then it is for head office."""
    code = catalogue().reviewed_by(case.source, local_date(case.received_at))
    unit_id = await unit_of_code(session, code) if code is not None else None
    able = LIFECYCLE[Status.PENDING_REVIEW, Move.ACCEPT].by
    people = await of_unit(session, unit_id) if unit_id is not None else []
    able_ones = [each for each in people if able & set(each.roles) and of_user(each).actor != case.creator]
    return await session.get(Organisation, unit_id) if able_ones else None


async def _require_reviewers(session: AsyncSession, case: Case, move: Move, principal: Principal) -> None:
    if move not in OPENING or catalogue().reviewed_by(case.source, local_date(case.received_at)) is None:
        return
    source, unit = catalogue().sources[case.source].label, await own_reviewers(session, case)
    if unit is None:
        if not await is_head_office(session, principal.organisation_id):
            raise HeadOfficeReviews(source)
    elif unit.id not in {each.id for each in (await tree(session)).above(principal.organisation_id)}:
        raise OwnReviewers(source, unit.name)


def by_head_office(case: Case) -> bool:
    """Whether head office takes it in, or lets it go: by where it came from."""
    return catalogue().sources[case.source].reviewed_at == HEAD_OFFICE or is_regulated(case)


async def require(session: AsyncSession, case: Case, command: MoveCase, principal: Principal) -> None:
    known, move = catalogue(), command.move
    if not open_to(case, move):
        raise NotOpenToMatter(known.matters[case.matter_type].label, move)
    if principal.kind is not Kind.STAFF:
        return
    ours = move in BY_HEAD_OFFICE and ADMIN not in principal.roles and by_head_office(case)
    if ours and not await is_head_office(session, principal.organisation_id):
        raise HeadOfficeReviews(known.sources[case.source].label)
    if ADMIN not in principal.roles:
        await _require_reviewers(session, case, move, principal)
    if move is Move.ACCEPT:
        missing = await documents_missing(session, case.id, case.capacity)
        if missing:
            raise DocumentsMissing(missing)
    if move is Move.DISPATCH and _elsewhere(case, command) and not (command.opinion or "").strip():
        raise ReasonForOtherUnit


def _elsewhere(case: Case, command: MoveCase) -> bool:
    return case.handling_unit_id is not None and command.handling_unit_id not in (None, case.handling_unit_id)
