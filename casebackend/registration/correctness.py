"""Who may put right what, and what cannot be right."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.cases.judgement import is_regulated
from casebackend.cases.model import Case
from casebackend.cases.placing import is_head_office
from casebackend.cases.rules import LEAD, MANAGER, UNANSWERED, Status
from casebackend.conversations.model import Conversation
from casebackend.errors import Conflict, Forbidden, Unprocessable
from casebackend.registration.changing import PATHS
from casebackend.registration.errors import NotYetReceived
from casebackend.registration.safeguards import BEFORE_DISPATCH as BEFORE_DISPATCH
from casebackend.registration.safeguards import works_on
from casebackend.workflow.service import UnknownProfile, profile_names

OF_THE_REGULATOR = frozenset({"source", "channel", "regulator", "regulator_number"})


class NotYoursToCorrect(Forbidden):
    slug, title = "not-yours-to-correct", "不能更正该投诉的登记信息"

    def __init__(self) -> None:
        super().__init__("登记信息由登记人（转办前）、承办人、班长或投诉管理岗更正")


class AnsweredStays(Conflict):
    slug, title = "answered-stays", "已答复的投诉不能更正该内容"

    def __init__(self) -> None:
        super().__init__("已答复的投诉只能更正投诉人的姓名、联系电话和证件")


class HeadOfficeCorrects(Forbidden):
    slug, title = "head-office-corrects", "由总行投诉管理岗更正"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}由总行投诉管理岗更正，承办人本人不能办理")


class SecondPersonCorrects(Forbidden):
    slug, title = "second-person-corrects", "须由班长或投诉管理岗更正"

    def __init__(self) -> None:
        super().__init__("内部时限方案由班长或投诉管理岗更正，承办人本人不能办理")


class ProfileStands(Conflict):
    slug, title = "profile-stands", "不能更换内部时限方案"

    def __init__(self) -> None:
        super().__init__("已进入会签、鉴定、稽核、审批或答复环节的投诉不能更换内部时限方案，请先退回")


class ReceiptIsRecorded(Conflict):
    slug, title = "receipt-is-recorded", "收到时间由系统记录"

    def __init__(self) -> None:
        super().__init__("客户通过线上渠道提出的投诉，收到时间以首条消息为准，不能更正；二次投诉以客户提出的时间为准")


class ReceivedTooLate(Unprocessable):
    slug, title = "received-too-late", "收到时间不正确"

    def __init__(self) -> None:
        super().__init__("收到时间不能晚于登记时间", field="received_at")


def require_may_correct(case: Case, by: Principal) -> None:
    mine = by.actor == case.creator and Status(case.status) in BEFORE_DISPATCH
    if not (by.roles & {LEAD, MANAGER} or mine or works_on(case, by)):
        raise NotYoursToCorrect


async def require(session: AsyncSession, case: Case, before: Mapping[str, Any], by: Principal) -> None:
    """Of what changes on the case itself. What the regulator sees is not put right by whoever handles it, nor at a
    branch: an answered one keeps its clocks and what it was judged by."""
    if before and Status(case.status) not in UNANSWERED:
        raise AnsweredStays
    if not OF_THE_REGULATOR & before.keys():
        return
    was = Case(**{name: before.get(name, getattr(case, name)) for name in ("channel", "source", "regulator_number")})
    if is_regulated(was) and not await _of_head_office(session, case, by):
        raise HeadOfficeCorrects("监管转办投诉的来源和监管编号")


async def require_receipt(
    session: AsyncSession, case: Case, received_at: datetime, by: Principal, now: datetime
) -> None:
    talk = await session.get_one(Conversation, case.conversation_id)
    if not talk.sender.startswith("registration:") or case.kind != "first":
        raise ReceiptIsRecorded
    if received_at > now:
        raise NotYetReceived
    if received_at > case.filed_at:
        raise ReceivedTooLate
    if received_at > case.received_at and not await _of_head_office(session, case, by):
        raise HeadOfficeCorrects("收到时间改晚会推迟法定期限，")


def require_profile(case: Case, profile: str, by: Principal) -> None:
    if profile not in profile_names():
        raise UnknownProfile
    if not by.roles & {LEAD, MANAGER} or works_on(case, by):
        raise SecondPersonCorrects
    if Status(case.status) not in PATHS or case.kind != "first":
        raise ProfileStands


async def _of_head_office(session: AsyncSession, case: Case, by: Principal) -> bool:
    return MANAGER in by.roles and not works_on(case, by) and await is_head_office(session, by.organisation_id)
