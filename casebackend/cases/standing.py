"""Where a person stands towards a case: whose own work it is, in whose hands, and whose unit leads it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Kind, Principal
from casebackend.access.scope import scope_of
from casebackend.cases.model import Case
from casebackend.cases.rules import ADMIN, HANDLER, HEAD, LIFECYCLE, Move, Status
from casebackend.errors import Forbidden
from casebackend.staff.model import User
from casebackend.timeline.queries import moved_by

IN_HAND = (Status.INVESTIGATING, Status.SUSPENDED, Status.COUNTERSIGN)
# From here on a case lies with the unit that it was given to.
GIVEN = frozenset(
    {
        Status.DISPATCHED, Status.INVESTIGATING, Status.COUNTERSIGN, Status.SUSPENDED, Status.PROPOSED,
        Status.CLOSURE_REVIEW, Status.REPLY_PENDING,
    }
)  # fmt: skip
OPENING = (Move.ACCEPT, Move.DECLINE)
DECIDING = (Move.SIGN, Move.APPROVE_OPINION, Move.APPROVE_REPLY)
HANDLED = (Move.RECEIVE, Move.PROPOSE, Move.PROPOSE_REPLY)


class OwnWork(Forbidden):
    slug, title = "own-work", "不能审核自己经办的投诉"

    def __init__(self) -> None:
        super().__init__("复核、审定须由登记人、承办人以外的人员进行")


class OwnSignature(Forbidden):
    slug, title = "own-signature", "不能签署自己办理的处理意见"

    def __init__(self) -> None:
        super().__init__("您办理过这件投诉，处理意见须由本单位其他负责人或上级机构负责人签署")


class NotTheCreator(Forbidden):
    slug, title = "not-the-creator", "须由登记人修改"

    def __init__(self) -> None:
        super().__init__("退回修改的投诉由登记人修改后重新提交")


class OtherHandlerNeeded(Forbidden):
    slug, title = "other-handler-needed", "二次投诉须由其他人员办理"

    def __init__(self) -> None:
        super().__init__("您办理过首次投诉，请回避")


class NotInCharge(Forbidden):
    slug, title = "not-in-charge", "该投诉由其他人员办理"

    def __init__(self) -> None:
        super().__init__("只有现承办人或部门负责人可以继续办理，如需接手请先改派")


class OwnSuspension(Forbidden):
    slug, title = "own-suspension", "不能暂停自己承办的投诉"

    def __init__(self) -> None:
        super().__init__("鉴定和调解会暂停法定时限，须由承办人以外的部门负责人或投诉管理人员决定")


class OnlyAsked(Forbidden):
    slug, title = "only-asked", "只能反馈协办任务"

    def __init__(self) -> None:
        super().__init__("这件投诉不由您所在的单位办理，您只能查看并反馈交给您的协办任务")


async def require_scope(session: AsyncSession, case: Case, principal: Principal, move: Move | None = None) -> None:
    """Being asked lets one see a case; moving it takes more."""
    if not await has_say(session, case, principal, move):
        raise OnlyAsked


async def has_say(session: AsyncSession, case: Case, principal: Principal, move: Move | None = None) -> bool:
    """Whom a complaint is about leads it no more once it was given to somebody else: that unit does, and who stands
    above it."""
    own = principal.user_id in (case.handler_id, case.assignee_id)
    if own or principal.kind is not Kind.STAFF or ADMIN in principal.roles:
        return True
    units = (case.handling_unit_id,) if _of_the_unit(case, move) else (case.unit_id, case.handling_unit_id)
    return (await scope_of(session, principal)).allows(*units)


def in_charge(case: Case, move: Move, principal: Principal) -> bool:
    """Once received, a case is in the hands of one person: whoever comes as a handler only must be that person."""
    status = Status(case.status)
    if status not in IN_HAND or LIFECYCLE[status, move].by & principal.roles != {HANDLER}:
        return True
    return case.handler_id is not None and case.handler_id == principal.user_id


def _of_the_unit(case: Case, move: Move | None) -> bool:
    arrow = LIFECYCLE.get((Status(case.status), move)) if move is not None else None
    return arrow is not None and case.status in GIVEN and not arrow.by.isdisjoint((HANDLER, HEAD))


async def anothers_draft(session: AsyncSession, case: Case, move: Move, principal: Principal) -> bool:
    """What a colleague registered he corrects himself, as long as he takes in complaints where it was taken in."""
    if move is not Move.SUBMIT or principal.kind is not Kind.STAFF or principal.actor == case.creator:
        return False
    if not case.creator.startswith(f"{Kind.STAFF}:"):
        return False
    here = User.organisation_id == case.receiving_unit_id
    creator = select(User.roles).where(User.login == case.creator.removeprefix(f"{Kind.STAFF}:"), User.active, here)
    return not LIFECYCLE[Status.DRAFT, Move.SUBMIT].by.isdisjoint(await session.scalar(creator) or ())


async def own_work(session: AsyncSession, case: Case, move: Move, principal: Principal) -> bool:
    """Also after the case was given to somebody else: what one sent in, had in hand or judged stays one's own."""
    if move in OPENING:
        return principal.actor == case.creator or await moved_by(session, case.id, principal.actor, (Move.SUBMIT,))
    if move not in DECIDING or principal.user_id is None:
        return False
    return await handled(session, case, move, principal.user_id, principal.actor)


async def handled(session: AsyncSession, case: Case, move: Move, user_id: UUID, actor: str) -> bool:
    """Whether a decision would be one on his own work: whoever signed may sign once more what came back."""
    signed = case.signed_by if move is not Move.SIGN else None
    if user_id in (case.handler_id, case.judged_by, signed):
        return True
    return await moved_by(session, case.id, actor, HANDLED)


async def handled_before(session: AsyncSession, case: Case, move: Move, principal: Principal) -> bool:
    """Also whoever gave the first complaint to somebody else later."""
    by = LIFECYCLE[Status(case.status), move].by
    if case.parent_id is None or principal.user_id is None or by.isdisjoint((HANDLER, HEAD)):
        return False
    if await session.scalar(select(Case.handler_id).where(Case.id == case.parent_id)) == principal.user_id:
        return True
    return await moved_by(session, case.parent_id, principal.actor, HANDLED)
