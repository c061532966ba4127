from typing import Any

from casebackend.replies import offering
from tests.casebackend.assist.shown import ASKED, ENTRY, card, cards, inserts_and_sends, with_reply
from tests.casebackend.staff.logins import staff
from tests.world import World

REPLY = "很抱歉让您费心。年费以领卡合约和公示价目表为准，我们先核对再答复。"


async def test_each_number_of_an_entry_is_the_length_of_the_list_behind_it(world: World) -> None:
    await with_reply(world, REPLY)
    async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
        for sender, sent in (("a", REPLY), ("b", REPLY[:20] + "具体由同事回电")):
            receipt = await world.says(ASKED, sender=sender)
            first = await card(agent, receipt.conversation_id)
            await inserts_and_sends(agent, receipt.conversation_id, sent, first["use_id"])
        other = await card(agent, (await world.says(ASKED, sender="c")).conversation_id)
        await agent.post(f"/api/v1/suggestions/{other['use_id']}/refused", json={"reason": "情况不同"})
        flagged = await card(agent, (await world.says(ASKED, sender="d")).conversation_id)
        await agent.post(f"/api/v1/suggestions/{flagged['use_id']}/flagged", json={"reason": "内容过期"})
        row = (await curator.get("/api/v1/knowledge/health", params={"q": ENTRY})).json()["items"][0]
        counted = {name: row[name] for name in ("inserted", "unchanged", "edited", "refused", "flagged", "opened")}
        assert counted == {"inserted": 2, "unchanged": 1, "edited": 1, "refused": 1, "flagged": 1, "opened": 0}
        assert row["shown"] == 4
        assert row["useful"] == 0.5
        assert 0.5 < row["kept"] < 1
        for what, number in (counted | {"shown": row["shown"]}).items():
            listed = await curator.get("/api/v1/knowledge/health/uses", params={"article": ENTRY, "what": what})
            assert len(listed.json()["items"]) == number, what
        page = await curator.get("/knowledge/health", params={"q": ENTRY})
        assert f"article={ENTRY}&amp;what=refused" in page.text
        uses = await curator.get("/knowledge/health/uses", params={"article": ENTRY, "what": "flagged"})
        assert "内容过期" in uses.text
        assert "/conversations/" not in uses.text
        world.wait(days=40)
    async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
        lately = await curator.get("/api/v1/knowledge/health", params={"q": ENTRY, "days": "30"})
        assert lately.json()["items"][0]["shown"] == 0
        assert (await agent.get("/knowledge/health")).status_code == 403


async def test_never_used_flagged_and_expiring_entries_are_found(world: World) -> None:
    await with_reply(world, REPLY, effective_to=world.time.date().replace(month=4, day=10))
    async with await staff(world, "agent") as agent, await staff(world, "lead") as lead:

        async def ids(**asked: str) -> list[str]:
            rows = (await lead.get("/api/v1/knowledge/health", params={"limit": "200"} | asked)).json()["items"]
            return [each["article_id"] for each in rows]

        assert ENTRY in await ids(only="unused", q=ENTRY)
        assert await ids(only="expiring", q=ENTRY) == [ENTRY]
        assert await ids(only="expiring", q=ENTRY, within="10") == []
        assert await ids(only="flagged") == []
        receipt = await world.says(ASKED)
        first = await card(agent, receipt.conversation_id)
        await agent.post(f"/api/v1/suggestions/{first['use_id']}/opened")
        await agent.post(f"/api/v1/suggestions/{first['use_id']}/flagged", json={"reason": "内容过期"})
        assert await ids(only="unused", q=ENTRY) == []
        assert await ids(only="flagged") == [ENTRY]
        assert (await lead.get("/knowledge/health?only=made-up")).status_code == 400
        assert (await lead.get("/knowledge/health?only=expiring&kind=业务知识")).status_code == 200


async def test_what_the_bot_answers_with_and_what_is_taken_out_of_the_canned_replies_is_no_unused_entry(
    world: World,
) -> None:
    receipt = await world.says(ASKED)
    async with world.database.reading() as session:
        script = (await offering.scripts(session, world.time.date()))[0]
    async with await staff(world, "agent") as agent, await staff(world, "lead") as lead:

        async def of(article_id: str, **asked: str) -> list[dict[str, Any]]:
            found = await lead.get("/api/v1/knowledge/health", params={"q": article_id} | asked)
            rows: list[dict[str, Any]] = found.json()["items"]
            return [each for each in rows if each["article_id"] == article_id]

        for entry in (ENTRY, script.id):
            assert await of(entry, only="unused")
            assert "没有用过" in (await lead.get(f"/knowledge/{entry}")).text
        for _ in range(2):  # a turn that is begun again is one answer
            answer = await world.actions.post(
                f"/api/v1/conversations/{receipt.conversation_id}/answer", json={"message_id": str(receipt.message_id)}
            )
            assert answer.json()["title"]
        at = f"/console/conversations/{receipt.conversation_id}"
        form = {"reach": "global", "id": script.id, "version": str(script.version), "target": "talk"}
        used = (await agent.post(f"{at}/replies", data=form)).json()["use_id"]
        await agent.post(f"{at}/take")
        sent = await agent.post(f"{at}/say", data={"text": script.text.replace("{", "").replace("}", ""), "used": used})
        assert sent.status_code == 303, sent.text
        counts = {
            ENTRY: {"answered": 1, "shown": 0, "inserted": 0},
            script.id: {"answered": 0, "inserted": 1, "shown": 0},
        }
        for entry, numbers in counts.items():
            assert await of(entry, only="unused") == []
            [row] = await of(entry, only="used")
            assert {name: row[name] for name in numbers} == numbers
            assert row["unchanged"] + row["edited"] == (entry == script.id)
            for what, number in numbers.items():
                listed = await lead.get("/api/v1/knowledge/health/uses", params={"article": entry, "what": what})
                assert len(listed.json()["items"]) == number, (entry, what)
            assert "由机器人答复 1 次" in (await lead.get(f"/knowledge/{entry}")).text
        told = (await lead.get(f"/knowledge/health/uses?article={ENTRY}&what=answered")).text
        assert told.count("机器人") >= 2
        assert "常用语" in (await lead.get(f"/knowledge/health/uses?article={script.id}&what=inserted")).text


async def test_what_was_reported_wrong_most_often_stands_first_however_often_it_was_shown(world: World) -> None:
    """The page and the API; the first card of each conversation is shown as often as the second."""
    async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
        found = []
        for sender in ("a", "b", "c"):
            found.append(await cards(agent, (await world.says(ASKED, sender=sender)).conversation_id))
        often, seldom = found[0][1], found[0][0]
        for told in [each[1] for each in found[:2]] + [found[2][0]]:
            await agent.post(f"/api/v1/suggestions/{told['use_id']}/flagged", json={"reason": "内容过期"})
        await cards(agent, (await world.says("信用卡年费多少", sender="d")).conversation_id)
        rows = (await curator.get("/api/v1/knowledge/health?only=flagged")).json()["items"]
        told_of = [(row["article_id"], row["flagged"]) for row in rows]
        assert told_of == [(often["article_id"], 2), (seldom["article_id"], 1)]
        assert rows[0]["shown"] < rows[1]["shown"], "the other way round it would prove nothing"
        page = (await curator.get("/knowledge/health?only=flagged")).text
        assert page.index(f'/knowledge/{often["article_id"]}"') < page.index(f'/knowledge/{seldom["article_id"]}"')
