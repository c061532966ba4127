import io
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from sqlalchemy import update

from casebackend.forms.checking import Verdict, check
from casebackend.forms.commands import check_form
from casebackend.forms.model import FormPrint
from tests.casebackend.forms.paper import prints
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import staff
from tests.world import World


async def verdict(world: World, content: bytes) -> Verdict:
    async with world.database.reading() as session:
        return await check(session, content)


def rewritten(content: bytes, *, without: int | None = None, change: tuple[bytes, bytes] | None = None) -> bytes:
    """As another program writes it down again: one page less, or another word on the first."""
    writer = PdfWriter()
    for place, page in enumerate(PdfReader(io.BytesIO(content)).pages):
        if place != without:
            writer.add_page(page)
    if change is not None:
        told = writer.pages[0].get_contents()
        assert told is not None
        data = told.get_data()
        assert data.count(change[0]) >= 1
        told.set_data(data.replace(change[0], change[1], 1))
        writer.pages[0].replace_contents(told)
    into = io.BytesIO()
    writer.write(into)
    return into.getvalue()


async def printed(world: World) -> tuple[str, bytes]:
    number = (await Counter(world).sure(facts="柜台多扣了年费，柜员态度很差。" * 120))["number"]
    async with await staff(world, "agent") as agent:
        answer = await prints(agent, number)
        assert answer.status_code == 200, answer.text
        return number, answer.content


async def test_a_form_is_known_again_and_what_was_done_to_it_is_named(world: World, tmp_path: Path) -> None:
    number, content = await printed(world)
    good = await verdict(world, content)
    assert good.genuine
    assert f"{number} 投诉登记表（遮蔽版）" in good.lines[0]
    assert "由 王受理 打印" in good.lines[0]
    saved = await verdict(world, rewritten(content))
    assert (saved.genuine, "已被其他程序改写" in saved.lines[-1]) == (False, True)
    shorter = await verdict(world, rewritten(content, without=1))
    assert not shorter.genuine
    assert any("打印时" in line and "页" in line for line in shorter.lines[1:])
    changed = await verdict(world, rewritten(content, change=(b" re", b" re ")))
    assert (changed.genuine, "第1页的内容与打印时不一致。") == (False, changed.lines[1])
    longer = content + b"\n% "
    assert (await verdict(world, longer)).genuine is False
    for other in (b"", b"%PDF-1.7", b"\xff" * 300, b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n" * 20):
        told = await verdict(world, other)
        assert (told.genuine, "不是本系统打印的表单" in told.lines[0]) == (False, True)
    file = tmp_path / "form.pdf"
    file.write_bytes(content)
    assert await check_form(world.database, file) == 0
    file.write_bytes(longer)
    assert await check_form(world.database, file) == 1
    assert await check_form(world.database, tmp_path / "absent.pdf") == 2


async def test_a_record_that_was_changed_in_the_database_is_found_by_the_chain(world: World) -> None:
    _, content = await printed(world)
    async with world.database.transaction() as session:
        await session.execute(update(FormPrint).values(variant="full"))
    told = await verdict(world, content)
    assert (told.genuine, "与审计记录不一致" in told.lines[1]) == (False, True)
