from uuid import UUID, uuid4

from sqlalchemy import select

from casebackend.api.drafts import DraftView
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.drafts.rules import Field
from tests.casebackend.cases.builders import filed
from tests.casebackend.identity.checks import ON_FILE, Carrier, Check
from tests.world import World


async def proved(world: World) -> Check:
    """Somebody on another device who has shown that the phone of a complaint is his."""
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    assert (await check.says(await carrier.code()))["next"] == "done"
    return check


async def begins(world: World, sender: str) -> DraftView:
    receipt = await world.says("我要投诉，大堂经理昨天骂我", sender=sender)
    said = await world.act(f"/conversations/{receipt.conversation_id}/draft/absorb", receipt.message_id)
    assert said.status_code == 200, said.text
    return DraftView.model_validate(said.json()["draft"])


def shown(draft: DraftView) -> dict[Field, str]:
    return {each.name: each.value for each in draft.fields if each.name in (Field.NAME, Field.PHONE)}


async def test_who_has_proved_his_phone_is_asked_neither_for_it_nor_for_his_name(world: World) -> None:
    check = await proved(world)
    draft = await begins(world, check.sender)
    assert shown(draft) == {Field.NAME: "张**", Field.PHONE: "138****8000"}
    assert not {Field.NAME, Field.PHONE} & set(draft.missing)


async def test_whoever_has_proved_nothing_or_only_half_an_hour_ago_is_asked(world: World) -> None:
    check = await proved(world)
    assert {Field.NAME, Field.PHONE} <= set((await begins(world, "somebody-else")).missing)
    world.wait(minutes=30)
    assert {Field.NAME, Field.PHONE} <= set((await begins(world, check.sender)).missing)


async def test_of_two_people_with_one_phone_the_name_is_asked(world: World) -> None:
    check = await proved(world)
    async with world.database.transaction() as session:
        other = Customer(id=uuid4(), created_at=world.time, updated_at=world.time)
        customers.known_by(session, other, name="李晓芸", phone=ON_FILE, id_number=None, now=world.time)
        session.add(other)
    draft = await begins(world, check.sender)
    assert shown(draft) == {Field.PHONE: "138****8000"}
    assert Field.NAME in draft.missing


async def test_what_the_customer_says_himself_goes_before_what_we_know(world: World) -> None:
    check = await proved(world)
    await begins(world, check.sender)
    receipt = await world.says("电话改成13911112222", sender=check.sender)
    said = await world.act(f"/conversations/{receipt.conversation_id}/draft/absorb", receipt.message_id)
    assert shown(DraftView.model_validate(said.json()["draft"]))[Field.PHONE] == "139****2222"
    async with world.database.reading() as session:
        assert isinstance(await session.scalar(select(Customer.id).where(Customer.phone_index.is_not(None))), UUID)


async def test_who_proves_his_phone_in_the_middle_of_the_form_is_asked_no_more_for_it_nor_for_his_name(
    world: World,
) -> None:
    await filed(world)
    carrier, check = await Carrier.ready(world), Check(world)
    draft = await begins(world, check.sender)
    assert {Field.NAME, Field.PHONE} <= set(draft.missing)
    await check.wants("progress", "查进度，别的渠道登记的")
    await check.says(ON_FILE)
    assert (await running(world, check)).missing == draft.missing
    assert (await check.says(await carrier.code()))["next"] == "done"
    now = await running(world, check)
    assert shown(now) == {Field.NAME: "张**", Field.PHONE: "138****8000"}
    assert not {Field.NAME, Field.PHONE} & set(now.missing)
    receipt = await world.says("电话改成13911112222", sender=check.sender)
    said = await world.act(f"/conversations/{receipt.conversation_id}/draft/absorb", receipt.message_id)
    assert shown(DraftView.model_validate(said.json()["draft"]))[Field.PHONE] == "139****2222"


async def running(world: World, check: Check) -> DraftView:
    """The form as it stands."""
    said = await world.actions.get(f"/api/v1/conversations/{check.conversation}/draft")
    return DraftView.model_validate_json(said.content)
