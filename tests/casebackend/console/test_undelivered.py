"""A decision that did not arrive stands on the page of the case, in lists and on the board, until it is told."""

import re

from casebackend.conversations.rules import Channel
from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import case_of
from tests.casebackend.cases.test_arriving import legal, lost
from tests.casebackend.console.test_board import figures
from tests.world import World


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page[page.index('id="telling"') :])
    assert found is not None
    return found.group(1)


async def test_the_handler_reads_that_it_did_not_arrive_and_records_the_call(world: World) -> None:
    desk, case = await lost(world, channel=Channel.WEBCHAT)
    for login, path in (("agent", "/queue?tab=todo"), ("lead", "/query?undelivered=1")):
        assert "未送达</span>" in (await (await desk.browser(login)).get(path)).text
    assert (await figures(desk))["undelivered"]["value"] == 1
    assert (await figures(desk))["failed"]["value"] == 0
    assert 'id="tell-by"' not in (await (await desk.browser("auditor")).get(f"/cases/{case.number}")).text
    browser = await desk.browser("agent")
    page = (await browser.get(f"/cases/{case.number}")).text
    assert "处理结果没有送达客户" in page
    form = {name: hidden(page, name) for name in ("csrf", "version", "told_at")}
    form |= {"told_by": "phone", "told_proof": "通话录音 0301"}
    path = f"/cases/{case.number}/telling"
    assert (await browser.post(path, data=form | {"version": "1"})).status_code == 409
    assert (await browser.post(path, data=form | {"told_at": "昨天"})).status_code == 422
    assert (await browser.post(path, data=form | {"told_by": "channel"})).status_code == 422
    assert (await browser.post(path, data=form)).status_code == 303
    page = (await browser.get(f"/cases/{case.number}")).text
    assert 'id="telling"' not in page
    now = await case_of(world, case.id)
    assert (now.told_by, (await legal(world, case.id)).stopped_at) == ("phone", now.told_at)
    await holds(world)


async def test_what_wechat_holds_back_counts_among_the_messages_that_did_not_arrive(world: World) -> None:
    desk, _ = await lost(world)
    found = await figures(desk)
    assert (found["failed"]["value"], found["undelivered"]["alarm"]) == (1, True)
