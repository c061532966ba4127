"""What the knowledge already says about the same, and whether it says the opposite."""

from datetime import date

import pytest

from casebackend.candidates.near import alike, near, stance
from casebackend.curation.model import Article
from knowledge.articles import Audience, Kind
from tests.casebackend.candidates.builders import candidates
from tests.casebackend.cases.around import ticked
from tests.casebackend.families.builders import closed
from tests.world import World

TWIN = "柜台多扣了信用卡年费，要求退回多扣的年费并道歉"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("经核实系重复扣收，已退还年费", "grants"),
        ("给予补偿并致歉", "grants"),
        ("依据章程，年费不予退还", "refuses"),
        ("该费用无法退回，请求驳回", "refuses"),
        ("要求退还年费；依据章程不予退还", "refuses"),
        ("年费不予退还，利息予以返还", None),
        ("已向您说明办理流程", None),
    ],
)
def test_a_text_says_what_the_customer_gets(text: str, what: str | None) -> None:
    assert stance(text) == what


def test_what_says_the_same_is_alike() -> None:
    assert alike(TWIN, TWIN) == 100
    assert alike(TWIN, "自动柜员机吞卡") < 20
    assert alike("", TWIN) == 0


async def test_a_published_case_of_the_same_is_a_duplicate_and_one_with_the_other_end_contradicts(world: World) -> None:
    case_id, _ = await closed(world)
    await ticked(world)
    async with world.database.transaction() as session:
        text = f"{TWIN}。处理：依据章程，年费不予退还。"
        session.add(
            Article(
                id="case-twin", version=1, hash="x", status="published", kind=Kind.CASE, branch="疑难解答/典型案例",
                title="信用卡年费多扣", text=text, questions=[TWIN], source="本行", effective_from=date(2026, 1, 1),
                audience=Audience.INTERNAL, imported_at=world.time,
            )
        )  # fmt: skip
    [row] = await candidates(world)
    assert row.case_id == case_id
    row.result = "已退还年费并致歉"
    found = await near(world.app.ctx.knowledge, row, on=date(2026, 3, 2))
    twin = next(each for each in found if each.article.id == "case-twin")
    assert twin.duplicate
    assert twin.contradicts
    assert twin.score > 0
    row.result = "年费不予退还"
    found = await near(world.app.ctx.knowledge, row, on=date(2026, 3, 2))
    assert not next(each for each in found if each.article.id == "case-twin").contradicts
