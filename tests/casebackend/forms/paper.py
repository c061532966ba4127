"""Printed forms, as a reader and as somebody who looks into the file sees them."""

import io
import re
import zlib
from datetime import UTC, datetime
from typing import Any

import httpx
from pypdf import PdfReader

from casebackend.api.cases import MoveCase
from casebackend.cases.filing import SYSTEM
from casebackend.cases.rules import Move
from casebackend.cases.service import move_case
from casebackend.forms.content import Content, Field, Grid, Signatures, Stamp, Table, Text
from casebackend.forms.drawing import Paper, draw
from casebackend.forms.rules import Form
from casebackend.forms.sealing import sealer
from tests.casebackend.cases.builders import Desk
from tests.casebackend.registration.takers import Counter
from tests.world import World

NUMBER = "TS20260302000001"
STAMP = Stamp(
    "听诉示范银行", "0123456789ABCDEF", "遮蔽版", "归档留存", "李坐席（agent）客服中心",
    datetime(2026, 3, 2, 2, tzinfo=UTC),
)  # fmt: skip
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def drawn(*texts: str, stamp: Stamp = STAMP, name: str = "张**", rows: int = 1) -> Paper:
    grid = Grid("一、投诉人", (Field("姓名", name), Field("性别", "男"), Field("住址", "朝阳区" * 20, wide=True)))
    table = Table("附件", (("名称", 2), ("校验值", 3)), (("合同.pdf", "ab" * 32),) * rows)
    told = (Text(f"经过{place}", text) for place, text in enumerate(texts))
    content = Content(Form.REGISTRATION, NUMBER, (grid, *told, table, Signatures(("登记人", "复核人"))))
    return draw(content, stamp, sealer(b"k" * 32))


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, without spaces and line ends. pypdf puts a NUL before each character of our fonts."""
    return ["".join(page.extract_text().replace("\0", "").split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def said(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def inside(pdf: bytes) -> bytes:
    """The file, all of its streams unpacked, its words and what it says of itself."""
    found = [pdf, said(pdf).encode(), str(PdfReader(io.BytesIO(pdf)).metadata).encode()]
    for packed in STREAM.findall(pdf):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            found.append(packed)
    return b"\n".join(found)


async def prints(client: httpx.AsyncClient, number: str, form: str = "registration", **body: Any) -> httpx.Response:
    return await client.post(f"/api/v1/cases/{number}/forms/{form}", json={"purpose": "file"} | body)


async def ended(world: World, desk: Desk, number: str) -> None:
    """An answered complaint after the call of the follow-up."""
    case = await Counter(world).case(number)
    async with world.database.transaction() as session:
        await move_case(session, case.id, MoveCase(move=Move.PLAN_FOLLOWUP), principal=SYSTEM, now=world.time)
    await desk.sure("agent", number, "close", satisfaction="satisfied")
