from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.api.forms import PrintView
from casebackend.cases.model import Case
from casebackend.customers import service as customers
from casebackend.customers.rules import TOKEN
from casebackend.forms.model import FormPrint


async def of_case(session: AsyncSession, case: Case) -> list[PrintView]:
    """Newest first; reasons are masked."""
    found = await session.scalars(
        select(FormPrint)
        .where(FormPrint.case_id == case.id)
        .order_by(FormPrint.printed_at.desc(), FormPrint.serial.desc())
    )
    return await _shown(session, case, found.all())


async def _shown(session: AsyncSession, case: Case, rows: Sequence[FormPrint]) -> list[PrintView]:
    views = [PrintView.model_validate(row) for row in rows]
    if not any(view.reason and TOKEN.search(view.reason) for view in views):
        return views
    masks = (await customers.masks(session, [case.conversation_id])).get(case.conversation_id, {})
    return [
        view.model_copy(update={"reason": customers.rendered(view.reason, masks) if view.reason else None})
        for view in views
    ]


async def by_serial(session: AsyncSession, serial: str) -> FormPrint | None:
    found: FormPrint | None = await session.scalar(select(FormPrint).where(FormPrint.serial == serial))
    return found


async def by_seal(session: AsyncSession, seal: str) -> FormPrint | None:
    found: FormPrint | None = await session.scalar(select(FormPrint).where(FormPrint.seal == seal))
    return found
