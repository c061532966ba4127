from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from casebackend.curation.model import Article, Phrasing
from casebackend.gaps.model import Gap
from casebackend.gaps.rules import GapState, Origin, reopens
from casebackend.gaps.service import anonymous, key_of
from tests.casebackend.curation.desks import Curation
from tests.casebackend.staff.logins import staff
from tests.casebackend.workers import worker
from tests.world import World

STRANGE = "白金卡积分能不能换机场贵宾厅"


async def opened(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/api/v1/gaps", json=body, headers={"Idempotency-Key": uuid4().hex})


async def gaps(world: World) -> list[Gap]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Gap).order_by(Gap.first_at)))


def test_one_question_is_one_however_it_is_written() -> None:
    assert key_of("白金卡 积分，能换机票吗？") == key_of("白金卡积分能换机票吗")
    assert key_of("白金卡積分能換機票嗎") == key_of("白金卡积分能换机票吗")
    assert key_of("白金卡积分") != key_of("金卡积分")


def test_nobody_is_named_in_a_gap() -> None:
    told = anonymous("我是[姓名#1]，手机13912345678，卡号6222020200112233445，积分怎么换")
    assert "139" not in told
    assert "6222" not in told
    assert "#" not in told
    assert "积分怎么换" in told


@given(st.text(max_size=500))
def test_any_text_becomes_a_short_one(text: str) -> None:
    assert len(anonymous(text)) <= 200
    assert len(key_of(text)) == 64


async def test_a_colleague_opens_a_gap_with_one_click_and_the_same_question_is_counted(world: World) -> None:
    first = await world.says(STRANGE + "，我的手机是13912345678")
    other = await world.says(STRANGE + "，我的手机是13912345679", sender="other")
    async with await staff(world, "agent") as client, await staff(world, "outlet") as away:
        page = await client.post(
            "/console/gaps", data={"message_id": str(first.message_id)}, headers={"HX-Request": "1"}
        )
        assert (page.status_code, "已登记知识缺口" in page.text) == (200, True)
        await opened(client, message_id=str(first.message_id))
        made = await opened(client, message_id=str(other.message_id))
        assert (made.status_code, made.json()["times"]) == (201, 2)
        assert "1391234567" not in made.text
        assert (await opened(away, message_id=str(first.message_id))).status_code == 404
        assert (await opened(client, question="嗯嗯")).json()["type"] == "/problems/no-question"
        assert (await opened(client)).status_code == 422
        assert (await opened(client, message_id=str(uuid4()))).status_code == 404
    [gap] = await gaps(world)
    assert (gap.times, gap.origin, gap.state) == (2, "agent", "open")


async def test_the_bot_opens_a_gap_where_it_finds_nothing_and_small_talk_is_none(world: World) -> None:
    for words in ("嗯", "麒麟貔貅饕餮螭吻", "13800138000"):
        receipt = await world.says(words)
        path = f"/api/v1/conversations/{receipt.conversation_id}/answer"
        for _ in range(2):
            answer = await world.actions.post(path, json={"message_id": str(receipt.message_id)})
            assert answer.status_code == 204
    [gap] = await gaps(world)
    assert (gap.question, gap.origin, gap.times) == ("麒麟貔貅饕餮螭吻", "bot", 1)


async def test_a_search_that_finds_nothing_is_a_gap_but_not_one_within_bounds_and_not_twice_at_once(
    world: World,
) -> None:
    async with await staff(world, "agent") as agent:
        for asked in ({"q": "麒麟貔貅饕餮螭吻", "kind": "法规"}, {"q": "年费"}):
            assert (await agent.get("/knowledge", params=asked)).status_code == 200
        assert await gaps(world) == []
        for minutes in (0, 1, 12):
            world.wait(minutes=minutes)
            assert (await agent.get("/knowledge", params={"q": "麒麟貔貅饕餮螭吻"})).status_code == 200
    [gap] = await gaps(world)
    assert (gap.origin, gap.times) == ("search", 2)


async def test_a_curator_names_the_entry_begins_a_draft_or_dismisses_with_a_reason(world: World) -> None:
    async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
        made = [(await opened(agent, question=f"{STRANGE}{word}")).json() for word in ("甲", "乙", "丙")]

        async def decide(gap: dict[str, Any], **body: str) -> httpx.Response:
            read = {"If-Match": f'"{gap["version"]}"'}
            return await curator.post(f"/api/v1/gaps/{gap['id']}/decision", json=body, headers=read)

        assert (await agent.get("/api/v1/gaps")).status_code == 403
        assert (await decide(made[0], decision="answered")).json()["type"] == "/problems/no-such-entry"
        assert (await decide(made[0], decision="answered", article_id="made-up")).status_code == 422
        answered = await decide(made[0], decision="answered", article_id="biz-annual-fee")
        assert (answered.json()["state"], answered.headers["ETag"]) == ("answered", '"2"')
        assert (await decide(made[0], decision="dismissed", reason="重复")).status_code == 412
        assert (await decide(answered.json(), decision="dismissed", reason="重复")).status_code == 409
        assert (await decide(made[1], decision="dismissed")).json()["type"] == "/problems/gap-reason-missing"
        assert (await decide(made[1], decision="dismissed", reason="不属于本行业务")).status_code == 200
        drafted = (await decide(made[2], decision="drafted")).json()
        assert (await curator.get(f"/api/v1/gaps/{uuid4()}")).status_code == 404
        left = (await curator.get("/api/v1/gaps?state=open")).json()["items"]
        assert left == []
        again = (await opened(agent, question=f"{STRANGE}乙")).json()
        assert (again["state"], again["times"]) == ("dismissed", 2)
    async with world.database.reading() as session:
        draft = await session.get_one(Article, (drafted["article_id"], 1))
        assert (draft.status, draft.origin, str(draft.origin_id)) == ("draft", "gap", made[2]["id"])
        phrasing = (await session.scalars(select(Phrasing))).one()
        assert (phrasing.article_id, phrasing.state) == ("biz-annual-fee", "proposed")


async def test_the_page_lists_the_most_asked_first_and_keeps_its_filters_in_the_address(world: World) -> None:
    async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
        for word in ("甲", "乙", "乙", "丙"):
            await opened(agent, question=f"{STRANGE}{word}")
        page = (await curator.get("/knowledge/gaps")).text
        assert 0 < page.index(f"{STRANGE}乙") < page.index(f"{STRANGE}甲")
        assert STRANGE not in (await curator.get("/knowledge/gaps?origin=bot")).text
        gap = next(each for each in await gaps(world) if each.question.endswith("甲"))
        at = f"/knowledge/gaps/{gap.id}/decision"
        assert (
            await curator.post(at, data={"decision": "dismissed", "reason": "重复", "version": "9"})
        ).status_code == 409
        made = await curator.post(at, data={"decision": "dismissed", "reason": "重复", "version": "1"})
        assert (made.status_code, made.headers["location"]) == (303, "/knowledge/gaps?state=dismissed")
        assert f"{STRANGE}甲" in (await curator.get("/knowledge/gaps?state=dismissed")).text
        gap = next(each for each in await gaps(world) if each.question.endswith("丙"))
        drafted = await curator.post(f"/knowledge/gaps/{gap.id}/decision", data={"decision": "drafted", "version": "1"})
        draft = drafted.headers["location"]
        assert f'href="{draft}"' in (await curator.get("/knowledge/gaps?state=drafted")).text
        assert f"{STRANGE}丙" in (await curator.get(draft)).text
        async with await staff(world, "lead") as lead:
            assert (await lead.post(at, data={"decision": "drafted", "version": "2"})).status_code == 403
            assert "起草新条目" not in (await lead.get("/knowledge/gaps")).text
        assert (await agent.get("/knowledge/gaps")).status_code == 403


@pytest.mark.parametrize("origin", list(Origin))
@pytest.mark.parametrize("state", list(GapState))
def test_a_dismissal_stands_and_what_waits_for_somebody_is_not_opened_twice(state: GapState, origin: Origin) -> None:
    assert not reopens(state, origin, waits=True, answered=False)
    decided = state in (GapState.ANSWERED, GapState.DRAFTED)
    assert reopens(state, origin, waits=False, answered=False) is decided
    # the bot keeps silent about an entry for colleagues only: that it found nothing is no news
    assert reopens(state, origin, waits=False, answered=True) is (decided and origin is not Origin.BOT)


async def decided(world: World, login: str, gap: dict[str, Any], **body: str) -> httpx.Response:
    async with await staff(world, login) as client:
        read = {"If-Match": f'"{(await client.get(f"/api/v1/gaps/{gap['id']}")).json()["version"]}"'}
        return await client.post(f"/api/v1/gaps/{gap['id']}/decision", json=body, headers=read)


async def again(world: World, question: str) -> tuple[str, int]:
    async with await staff(world, "agent") as agent:
        gap = (await opened(agent, question=question)).json()
        return gap["state"], gap["times"]


async def test_only_an_entry_in_force_answers_a_gap(world: World) -> None:
    desk = Curation(world)
    async with await staff(world, "agent") as agent:
        gap = (await opened(agent, question=STRANGE)).json()
    draft = await desk.drafts()
    later = await desk.published(effective_from="2026-04-01", title="四月的口径", questions=["四月怎么补卡"])
    ended = await desk.published(
        effective_to="2026-03-01", effective_from="2026-02-01", title="旧口径", questions=["旧卡"]
    )
    for entry in (draft, later, ended):
        refused = await decided(world, "curator", gap, decision="answered", article_id=entry["id"])
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/no-such-entry"), entry["title"]
    assert (await gaps(world))[0].state == "open"


async def test_a_gap_that_was_answered_wrongly_is_open_when_it_is_asked_again(world: World) -> None:
    async with await staff(world, "agent") as agent:
        gap = (await opened(agent, question=STRANGE)).json()
    assert (await decided(world, "curator", gap, decision="answered", article_id="biz-annual-fee")).status_code == 200
    assert await again(world, STRANGE) == ("answered", 2), "whether the entry learns the question is still to be said"
    async with await staff(world, "curator") as curator:
        [phrasing] = (await curator.get("/api/v1/phrasings?state=proposed")).json()["items"]
        refused: dict[str, Any] = {"json": {"decision": "refused"}, "headers": {"If-Match": '"1"'}}
        assert (await curator.post(f"/api/v1/phrasings/{phrasing['id']}/decision", **refused)).status_code == 200
    assert await again(world, STRANGE) == ("open", 3)
    async with await staff(world, "curator") as curator:
        assert "处理过（biz-annual-fee），仍没有合适的答案" in (await curator.get("/knowledge/gaps")).text
    assert (await decided(world, "curator", gap, decision="dismissed", reason="不属于本行业务")).status_code == 200
    assert await again(world, STRANGE) == ("dismissed", 4)


async def test_what_nobody_would_have_an_entry_learn_is_no_answer_for_the_bot_either(world: World) -> None:
    async def bot_asks() -> str:
        receipt = await world.says("麒麟貔貅饕餮螭吻")
        path = f"/api/v1/conversations/{receipt.conversation_id}/answer"
        assert (await world.actions.post(path, json={"message_id": str(receipt.message_id)})).status_code == 204
        return (await gaps(world))[0].state

    assert await bot_asks() == "open"
    gap = {"id": (await gaps(world))[0].id}
    assert (await decided(world, "curator", gap, decision="answered", article_id="biz-annual-fee")).status_code == 200
    assert await bot_asks() == "answered"
    async with await staff(world, "curator") as curator:
        [phrasing] = (await curator.get("/api/v1/phrasings?state=proposed")).json()["items"]
        refused: dict[str, Any] = {"json": {"decision": "refused"}, "headers": {"If-Match": '"1"'}}
        assert (await curator.post(f"/api/v1/phrasings/{phrasing['id']}/decision", **refused)).status_code == 200
    assert await bot_asks() == "open"


async def test_a_gap_whose_entry_is_no_longer_in_force_is_open_when_it_is_asked_again(world: World) -> None:
    desk = Curation(world)
    async with await staff(world, "agent") as agent:
        gap = (await opened(agent, question=STRANGE)).json()
    entry = await desk.published(questions=[STRANGE])
    assert (await decided(world, "curator", gap, decision="answered", article_id=entry["id"])).status_code == 200
    await desk.took("supervisor", entry, "retire")
    assert await again(world, STRANGE) == ("open", 2)


async def test_a_gap_whose_draft_is_withdrawn_is_open_at_once(world: World) -> None:
    desk = Curation(world)
    async with await staff(world, "agent") as agent:
        gap = (await opened(agent, question=STRANGE)).json()
    made = (await decided(world, "curator", gap, decision="drafted")).json()
    assert await again(world, STRANGE) == ("drafted", 2), "its draft is under way"
    await desk.took("curator", {"id": made["article_id"], "version": 1}, "withdraw")
    await worker(world).tick()
    [row] = await gaps(world)
    assert (row.state, row.times, row.article_id) == ("open", 2, made["article_id"])
    assert (await decided(world, "curator", gap, decision="drafted")).json()["article_id"] != made["article_id"]
