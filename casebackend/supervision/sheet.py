"""Demands with everything that was answered, one line for each word, to take along."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.access.principal import Principal
from casebackend.api.supervision import SupervisionReplyView, SupervisionView
from casebackend.calendar.rules import local
from casebackend.demands.rules import SAID_LABELS, Said, State
from casebackend.supervision import queries

HEADINGS = (
    "投诉编号", "来源", "监管来文编号", "督办要求", "督办人", "督办时间", "回复期限", "状态",
    "回复或退回", "回复人", "回复时间", "内容", "结束意见",
)  # fmt: skip
MOST, AT_ONCE = 5_000, 100


async def rows(
    session: AsyncSession, by: Principal, *, state: State | None, now: datetime, as_of: datetime
) -> list[list[str]]:
    """As the list shows them, within the scope and with the masks of who asks; at most `MOST` demands. What came after
    `as_of` is left out."""
    found: list[list[str]] = []
    cursor, seen = None, 0
    while seen < MOST:
        items, cursor = await queries.page(session, by, now=now, state=state, cursor=cursor, limit=AT_ONCE)
        seen += len(items)
        for item in items:
            if item.opened_at <= as_of:
                said = [reply for reply in item.replies if reply.at <= as_of]
                found += [_row(item, reply) for reply in said] or [_row(item, None)]
        if cursor is None:
            break
    return found


def _row(item: SupervisionView, reply: SupervisionReplyView | None) -> list[str]:
    said = [SAID_LABELS[Said(reply.kind)], reply.actor_name, _moment(reply.at), reply.text] if reply else [""] * 4
    return [
        item.case_number,
        item.source_label,
        item.number or "",
        item.demand,
        item.opened_by_name,
        _moment(item.opened_at),
        _moment(item.due_at),
        item.state_label,
        *said,
        item.closing_opinion or "",
    ]


def _moment(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"
