"""常用语 on its pages: written, proposed, decided, beside an answer."""

import re

import pytest_asyncio

from tests.casebackend.cases.builders import case_of, filed
from tests.casebackend.replies.desks import WORDS, Replies
from tests.world import World


@pytest_asyncio.fixture
async def desk(world: World) -> Replies:
    return Replies(world)


async def test_ones_own_are_written_changed_and_dropped(desk: Replies) -> None:
    agent = await desk.browser("agent")
    assert "还没有常用语" in (await agent.get("/replies")).text
    assert (await agent.post("/replies/own", data=WORDS)).headers["location"] == "/replies"
    at = _first(r"/replies/own/[0-9a-f-]{36}", (await agent.get("/replies")).text)
    page = (await agent.get(at)).text
    assert "第 1 版" in page
    stale = await agent.post(at, data=WORDS | {"version": "7"})
    assert (stale.status_code, "有人改动了它" in stale.text) == (409, True)
    assert (await agent.post(at, data=WORDS | {"version": "1", "title": "安抚"})).status_code == 303
    assert "第 2 版" in (await agent.get(at)).text
    wrong = await agent.post(at, data=WORDS | {"version": "2", "text": "我们一定赔"}, headers={"HX-Request": "true"})
    assert (wrong.status_code, "不能对客户这样说" in wrong.text) == (422, True)
    assert (await (await desk.browser("lead")).get(at)).status_code == 404
    assert (await agent.post(f"{at}/drop", data={"version": "2"})).headers["location"] == "/replies"
    assert (await agent.get(at)).status_code == 404


async def test_a_lead_finds_what_waits_and_its_author_has_no_button(desk: Replies) -> None:
    agent, lead = await desk.browser("agent"), await desk.browser("lead")
    assert (await agent.post("/replies/team", data=WORDS)).headers["location"] == "/replies/team?state=waiting"
    listed = (await lead.get("/replies/team?state=waiting")).text
    assert "待审批 1" in re.sub(r"<[^>]+>", "", listed)
    at = _first(r"/replies/team/[0-9a-f-]{36}", listed)
    assert f"{at}/decision" in (await lead.get(at)).text
    assert f"{at}/decision" not in (await agent.get(at)).text
    assert "须由他人审批" in (await agent.get(at)).text
    decided = await lead.post(f"{at}/decision", data={"version": "1", "decision": "approved", "opinion": ""})
    assert decided.headers["location"] == at
    assert "王受理" in (await agent.get(at)).text
    assert (await agent.post(at, data=WORDS | {"version": "2", "title": "安抚"})).headers["location"] == at
    assert "有修改待审批" in (await agent.get("/replies/team")).text
    assert (await lead.post(f"{at}/retirement", data={"version": "3", "reason": "口径已变"})).headers["location"] == at
    assert "口径已变" in (await agent.get(at)).text
    assert "安抚等待" in (await agent.get("/replies/team?state=retired")).text


async def test_the_list_beside_an_answer_says_what_is_missing_and_what_is_used_is_counted(desk: Replies) -> None:
    await desk.made("agent", "/own-replies")
    one = await desk.made("agent", "/own-replies", title="补金额", text="您反映的{金额}我们正在核对。")
    case = await case_of(desk.world, (await filed(desk.world)).case_id)
    talk = (await desk.world.says("年费怎么收了两次", sender="other")).conversation_id
    agent = await desk.browser("agent")
    shown = (
        await agent.get(f"/console/conversations/{case.conversation_id}/replies?case={case.number}&q=安抚等待")
    ).text
    assert f"编号{case.number}" in shown
    assert "data-missing" not in shown
    lacking = (await agent.get(f"/console/conversations/{talk}/replies?q=补金额")).text
    assert "还缺：金额，不能插入" in lacking
    assert "没有这样的常用语" in (await agent.get(f"/console/conversations/{talk}/replies?q=麒麟貔貅")).text
    use = {"reach": "personal", "id": one["id"], "version": "1", "target": "form"}
    assert (await agent.post(f"/console/conversations/{talk}/replies", data=use)).json()["use_id"]
    assert (await desk.reads("agent", f"/own-replies/{one['id']}")).json()["uses"] == 1
    assert 'id="canned"' in (await agent.get(f"/cases/{case.number}")).text
    assert 'id="canned"' in (await agent.get(f"/conversations/{talk}")).text
    assert 'id="canned"' not in (await (await desk.browser("executive")).get(f"/cases/{case.number}")).text


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None
    return found.group()
