"""A pick-up code is told to the customer; a colleague who reads the talk does not read the code."""

import pytest

from casebackend.api.conversations import Reply
from casebackend.conversations import service as conversations
from casebackend.conversations.rules import Author
from casebackend.customers.codes import pickup_hidden
from tests.casebackend.pickups.visits import receipt_with_code
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_the_customer_reads_the_code_and_a_colleague_does_not(world: World) -> None:
    receipt, code = await receipt_with_code(world)
    asks = await world.says(f"我的取件码是{code.replace('-', '')}，对吗")
    at = asks.conversation_id
    async with world.database.transaction() as session:
        await conversations.hold(session, at)
        told = [Reply(text=f"取件码：{code}。不要告诉别人。")]
        await conversations.say(session, at, author=Author.BOT, replies=told, now=world.time)
    assert code in (await world.channels.get(f"/api/v1/conversations/{at}")).text
    async with await staff(world, "lead") as lead:
        pages = [
            await lead.get(f"/cases/{receipt.number}"),
            await lead.get(f"/console/conversations/{at}/messages?after=0"),
            await lead.get(f"/cases/{receipt.number}/evidence"),
            await lead.post(f"/api/v1/handoffs/{at}/take"),
        ]
    for page in pages:
        assert page.status_code == 200, page.text
        assert page.text.count("****-****") >= 2
        assert code not in page.text
        assert code.replace("-", "") not in page.text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("取件码：MVZ3-NP6X。请记好", "取件码：****-****。请记好"),
        ("取件码mvz3np6x丢了", "取件码****-****丢了"),
        ("MVZ3-NP6X", "****-****"),
        ("取件码：2345-6789", "取件码：****-****"),
    ],
)
def test_a_code_is_hidden_however_it_was_written(said: str, read: str) -> None:
    assert pickup_hidden(said) == read


@pytest.mark.parametrize(
    "said",
    ["座机6655-7788", "取件码丢了，编号TS20260302000001", "2026-03-02", "取件码是什么", "A1B2-C3D4-E5F6", "SHOP-CARD"],
)
def test_what_is_no_code_stays(said: str) -> None:
    assert pickup_hidden(said) == said
