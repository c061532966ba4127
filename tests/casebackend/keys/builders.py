"""A small bank with something in every column that is sealed."""

import base64

from sqlalchemy import select

from casebackend.credentials import factors
from casebackend.notices.service import Word, notify
from casebackend.staff.model import User
from tests.casebackend.cases.around import posts
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.registration.takers import STORY, Counter
from tests.world import World

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"k", b"n"))
WORD = Word(
    cause="urged:1",
    kind="case.urged",
    template="staff_urged",
    values={"number": "TS20260302000001", "count": 1},
    link="/cases/TS20260302000001",
)
CARD = {"kind": "card", "value": "6222021234567890128"}
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40)  # of a recording no preview is made meanwhile
FILE = {
    "kind": "recording", "title": "通话录音", "source": "呼叫中心",
    "content_base64": base64.b64encode(WAV).decode(),
}  # fmt: skip


async def filled(world: World) -> str:
    """The number of the case that holds most of it."""
    await filed(world)
    await world.says("我叫李四，电话13900139000，" + "柜台多扣了年费。" * 700, sender="customer-2")
    counter = Counter(world)
    await counter.sends("agent", "/registrations/", STORY)
    number = str((await counter.sure(objects=[CARD]))["number"])
    answer = await posts(Desk(world), "agent", f"/cases/{number}/evidence", FILE)
    assert answer.status_code == 201, answer.text
    wanted = {"kind": "cases", "format": "csv", "purpose": "密钥轮换测试"}
    answer = await posts(Desk(world), "supervisor", "/exports/", wanted)
    assert answer.status_code == 201, answer.text
    async with world.database.transaction() as session:
        lead = (await session.scalars(select(User).where(User.login == "lead"))).one()
        lead.mobile, lead.email = "19900008002", None
        await notify(session, WORD, to=[lead], now=world.time)
        await factors.begin(session, lead.id, now=world.time)
    return number
