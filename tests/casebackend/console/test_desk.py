"""On what the desk opens, and what a colleague is told who lets go of a talk."""

import re

import httpx

from tests.casebackend.cases.builders import filed
from tests.casebackend.families.builders import closed
from tests.casebackend.handoffs.test_handoffs import asks_for_a_person
from tests.casebackend.staff.logins import staff
from tests.world import World


def chosen(page: httpx.Response) -> str:
    [tab] = re.findall(r'href="/queue\?tab=(\w+)" aria-current="page"', page.text)
    return str(tab)


def counted(page: httpx.Response, name: str) -> int:
    [count] = re.findall(rf'{name} <span class="count[^"]*">(\d+)</span>', page.text)
    return int(count)


async def test_the_desk_never_opens_on_what_is_closed_and_first_where_a_customer_waits(world: World) -> None:
    await closed(world)
    async with await staff(world, "agent") as agent:
        page = await agent.get("/queue")
        assert counted(page, "已结") == 1
        assert chosen(page) == "todo"
        assert chosen(await agent.get("/queue?tab=closed")) == "closed"
        await asks_for_a_person(world, sender="customer-2")
        assert chosen(await agent.get("/queue")) == "talks"


async def test_the_desk_opens_on_the_work_there_is_while_no_customer_waits(world: World) -> None:
    await filed(world)
    async with await staff(world, "lead") as lead:
        page = await lead.get("/queue")
        assert chosen(page) in {"todo", "review"}
        assert counted(page, {"todo": "待办", "review": "待复核"}[chosen(page)]) == 1


async def test_who_gives_a_talk_back_is_told_how_many_words_nobody_has_answered(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    at = f"/conversations/{receipt.conversation_id}"
    async with await staff(world, "agent") as agent:
        await agent.post(f"/console{at}/take")
        await agent.post(f"/console{at}/say", data={"text": "您好，请讲"})
        assert "未回复" not in (await agent.get(at)).text
        for text in ("卡被吞了", "在吗"):
            await world.says(text)
        assert "还有 2 条未回复" in (await agent.get(at)).text
        fresh = (await agent.get(f"/console{at}/messages?after=0")).text
        assert "还有 2 条未回复" in fresh
        await agent.post(f"/console{at}/say", data={"text": "马上帮您查"})
        assert "未回复" not in (await agent.get(at)).text
