from uuid import uuid4

from sqlalchemy import select

from casebackend.customers import service
from casebackend.customers.model import Customer, PersonalValue
from tests.world import World


async def test_text_is_shown_masked_and_revealed_plain(world: World) -> None:
    talk = uuid4()
    async with world.database.transaction() as session:
        kept = await service.protect(session, talk, "我叫张三，电话13800138000", asked=None)
    async with world.database.reading() as session:
        assert await service.render(session, talk, kept.text) == "我叫张**，电话138****8000"
        assert await service.reveal(session, talk, kept.text) == "我叫张三，电话13800138000"
        assert await service.render(session, uuid4(), kept.text) == kept.text
        assert await service.reveal(session, uuid4(), kept.text) == kept.text


async def test_conversations_know_nothing_of_each_others_values(world: World) -> None:
    async with world.database.transaction() as session:
        await service.protect(session, uuid4(), "电话13800138000", asked=None)
        other = await service.protect(session, uuid4(), "电话13900139000", asked=None)
    assert other.text == "电话[手机#1]"


async def test_nothing_personal_is_stored_in_plain_text(world: World) -> None:
    async with world.database.transaction() as session:
        await service.protect(session, uuid4(), "我叫张三，电话13800138000", asked=None)
        for value in await session.scalars(select(PersonalValue)):
            assert "张三" not in value.value_enc
            assert "13800138000" not in value.value_enc + value.masked


async def test_a_value_said_twice_keeps_its_token(world: World) -> None:
    talk = uuid4()
    async with world.database.transaction() as session:
        first = await service.protect(session, talk, "电话13800138000", asked=None)
        second = await service.protect(session, talk, "138 0013 8000，或者13900139000", asked=None)
    assert first.text == "电话[手机#1]"
    assert second.text == "[手机#1]，或者[手机#2]"


async def test_a_sender_is_one_customer_and_new_data_replace_old(world: World) -> None:
    async with world.database.transaction() as session:
        first = await service.register(
            session, channel="wechat", sender="o1", name="张三", phone="13800138000", id_number=None, now=world.time
        )
        again = await service.register(
            session, channel="wechat", sender="o1", name=None, phone="13900139000", id_number=None, now=world.time
        )
        assert again.id == first.id
        opened = await service.opened(session, again)
        assert opened == {"name": "张三", "phone": "13900139000", "id_number": None}
        assert again.phone_masked == "139****9000"


async def test_a_claimed_phone_number_makes_nobody_another_customer(world: World) -> None:
    async with world.database.transaction() as session:
        for sender in ("o1", "o2"):
            await service.register(
                session, channel="wechat", sender=sender, name=None, phone="13800138000", id_number=None, now=world.time
            )
        assert len(list(await session.scalars(select(Customer)))) == 2
