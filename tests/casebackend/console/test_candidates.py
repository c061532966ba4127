from tests.casebackend.candidates.builders import candidates
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.families.builders import closed
from tests.world import World

FORM = {"HX-Request": "true"}


async def test_the_inbox_the_comparison_and_the_decision(world: World) -> None:
    _, number = await closed(world)
    await ticked(world)
    desk = Desk(world)
    curator, supervisor, lead = [await desk.browser(each) for each in ("curator", "supervisor", "lead")]
    assert "案例候选" in (await curator.get("/candidates")).text
    [row] = await candidates(world)
    listed = (await curator.get("/candidates?state=new")).text
    assert f"/candidates/{row.id}" in listed
    assert "因定价收费引起的投诉" in listed
    path = f"/candidates/{row.id}"
    for browser, before in ((curator, False), (supervisor, True)):
        text = (await browser.get(path)).text
        assert ("脱敏前</p>" in text, "脱敏前（已遮蔽）" in text) == (before, not before)
        assert ("＊" in text) is not before
        assert (number in text) is before
        assert "脱敏报告" in text
        assert "<mark" in text
    assert "转为典型案例草稿" not in (await supervisor.get(path)).text
    form = {"refusal": "not_typical", "reason": "情形单一", "version": "1"}
    assert (await curator.post(f"{path}/rejection", data=form | {"version": "7"}, headers=FORM)).status_code == 409
    assert (await curator.post(f"{path}/rejection", data=form | {"reason": ""}, headers=FORM)).status_code == 422
    assert (await supervisor.post(f"{path}/rejection", data=form, headers=FORM)).status_code == 403
    assert (await lead.post(f"{path}/rejection", data=form, headers=FORM)).status_code == 204
    assert "情形单一" in (await curator.get(path)).text


async def test_similar_cases_stand_on_the_page_of_a_case_and_are_found_by_words(world: World) -> None:
    _, number = await closed(world)
    await ticked(world)
    other = await filed(world, sender="customer-2")
    desk = Desk(world)
    lead = await desk.browser("lead")
    assert f"/cases/{other.number}/precedents" in (await lead.get(f"/cases/{other.number}")).text
    section = (await lead.get(f"/cases/{other.number}/precedents", headers=FORM)).text
    assert number in section
    assert "投诉成立" in section
    assert "没有找到相似" in (await lead.get(f"/cases/{number}/precedents", headers=FORM)).text
    assert number in (await lead.get("/precedents?q=柜台多扣信用卡年费")).text
    assert number not in (await (await desk.browser("curator")).get("/precedents?q=柜台多扣信用卡年费")).text


async def test_a_draft_of_a_candidate_is_opened_and_stays_to_be_found_from_its_page(world: World) -> None:
    await closed(world)
    await ticked(world)
    [row] = await candidates(world)
    curator = await Desk(world).browser("curator")
    made = await curator.post(f"/candidates/{row.id}/draft", data={"version": "1"})
    draft = made.headers["location"]
    assert (made.status_code, draft.startswith("/curation/articles/case-")) == (303, True)
    assert (await curator.get(draft)).status_code == 200
    assert f'href="{draft}"' in (await curator.get(f"/candidates/{row.id}")).text
