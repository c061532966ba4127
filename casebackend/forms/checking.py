"""Is this the form that was printed? Answered from the file and from what was written down then."""

import io
from dataclasses import dataclass

from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.forms import queries
from casebackend.forms.matter import moment
from casebackend.forms.model import FormPrint
from casebackend.forms.rules import FORMS, PURPOSES, VARIANTS, Form, Purpose, Variant
from casebackend.forms.sealing import MARK, Sealer, page_content, sealer
from casebackend.forms.service import EVENT, audited

LARGEST = 20 * 1024 * 1024
MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lines` name no customer."""

    genuine: bool
    lines: tuple[str, ...]


async def check(session: AsyncSession, content: bytes) -> Verdict:
    seal = sealer(session.info["audit_key"])
    if len(content) > LARGEST:
        return Verdict(False, ("文件过大，不是本系统打印的表单。",))
    found = await queries.by_seal(session, seal(content))
    if found is not None:
        if not await _written_down(session, found):
            return Verdict(False, (await _told(session, found), "打印记录与审计记录不一致：请运行 audit verify。"))
        return Verdict(True, (await _told(session, found), "文件与打印时一致。"))
    pages = _pages(content)
    serial = next((match.group(1).decode() for each in pages if (match := MARK.search(each))), None)
    found = await queries.by_serial(session, serial) if serial else None
    if found is None:
        return Verdict(False, ("没有这份打印记录：不是本系统打印的表单，或打印编号已被改动。",))
    return Verdict(False, (await _told(session, found), *_different(found, pages, seal)))


async def _told(session: AsyncSession, found: FormPrint) -> str:
    number = await session.scalar(select(Case.number).where(Case.id == found.case_id))
    what = f"{FORMS[Form(found.form)]}（{VARIANTS[Variant(found.variant)]}）"
    when = f"{moment(found.printed_at)} 由 {found.printed_by_name} 打印"
    why = PURPOSES[Purpose(found.purpose)]
    return f"{number} {what}，打印编号 {found.serial}，{when}，共{found.pages}页，用途：{why}。"


async def _written_down(session: AsyncSession, found: FormPrint) -> bool:
    """The row says the same as the chain, which nobody changes unseen."""
    entries = await session.scalars(
        select(AuditEntry.detail).where(AuditEntry.chain == f"case:{found.case_id}", AuditEntry.event == EVENT)
    )
    return dict(audited(found)) in entries.all()


def _pages(content: bytes) -> list[bytes]:
    """What each page says; nothing where it cannot be read."""
    try:
        reader = PdfReader(io.BytesIO(content))
        pages = reader.pages[:MOST_PAGES]
        return [said.get_data() if (said := page.get_contents()) is not None else b"" for page in pages]
    except Exception:  # noqa: BLE001  a file from anywhere: whatever is wrong with it, it is not ours
        return []


def _different(found: FormPrint, pages: list[bytes], seal: Sealer) -> list[str]:
    wrong = [
        page
        for page, (said, sealed) in enumerate(zip(pages, found.page_seals, strict=False), 1)
        if not _is_whole(found.serial, page, said, sealed, seal)
    ]
    told = [f"第{page}页的内容与打印时不一致。" for page in wrong]
    if len(pages) != found.pages:
        told.append(f"现有{len(pages)}页，打印时{found.pages}页。")
    return told or ["各页正文与打印时一致，但文件已被其他程序改写，不能作为原件。"]


def _is_whole(serial: str, page: int, said: bytes, sealed: str, seal: Sealer) -> bool:
    marks = list(MARK.finditer(said))
    return len(marks) == 1 and seal(page_content(serial, page, said[: marks[0].start()])) == sealed
