"""What the words of a case suggest, and what they tell of the customer: notes for people, never decisions."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from casebackend.cases.model import Case, CaseChange
from casebackend.check import check
from casebackend.grading.model import CaseHint
from casebackend.grading.rules import Rule, Subject, ages, flags
from tests.casebackend.cases.builders import Desk
from tests.casebackend.registration.takers import STORY
from tests.world import World

DAY = date(2026, 11, 22)
FORM = {"HX-Request": "true"}
SEED = yaml.safe_load(Path("casebackend/grading/rules.yml").read_text(encoding="utf-8"))
COLUMNS = ("code", "purpose", "result", "rank", "reason", "when", "effective_from")
RULES = [Rule(*(row[name] for name in COLUMNS)) for row in SEED]
FACTS = "我奶奶七十八岁了，信用卡年费多扣300元，柜员态度恶劣，太气人了"


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("多扣了年费", {}),
        ("我妈七十八岁了", {"老年人": ("60岁以上",)}),
        ("我爷爷67岁", {"老年人": ("爷爷", "60岁以上")}),
        ("我今年35岁，工作两年", {}),
        ("孩子才9岁", {"未成年人": ("未满18岁",)}),
        ("我是盲人，柜员不让代签", {"残障人士": ("盲人",)}),
        ("这是化疗的救命钱", {"重病": ("化疗", "救命钱")}),
        ("再不退我就不想活了", {"自伤风险": ("不想活",)}),
        ("忍无可忍，气死我了", {"情绪激动": ("气死", "忍无可忍")}),
    ],
)
def test_emotion_and_vulnerability_are_noted_with_the_words_that_told(said: str, noted: dict[str, Any]) -> None:
    assert {flag.name: flag.words for flag in flags(RULES, Subject(said), DAY)} == noted


def test_the_gravest_is_told_first_and_a_rule_does_not_reach_back() -> None:
    found = flags(RULES, Subject("气死了，我爷爷不想活了"), DAY)
    assert [flag.name for flag in found] == ["自伤风险", "老年人", "情绪激动"]
    assert flags(RULES, Subject("气死了"), date(2020, 2, 29)) == []


def test_ages_are_read_in_digits_and_in_words() -> None:
    assert ages("67岁，七十八岁，八十多岁，十六周岁，九岁，300岁，一岁半") == [67, 78, 80, 16, 9, 1]


async def _filed(world: World, facts: str) -> tuple[Desk, Case]:
    desk = Desk(world)
    browser = await desk.browser("agent")
    answer = await browser.post("/api/v1/cases/", json=STORY | {"facts": facts}, headers={"Idempotency-Key": "hints-1"})
    assert answer.status_code == 201, answer.text
    async with world.database.reading() as session:
        return desk, (await session.scalars(select(Case).where(Case.number == answer.json()["number"]))).one()


async def test_suggestions_are_kept_with_their_score_shown_and_accepted_with_one_click(world: World) -> None:
    desk, case = await _filed(world, FACTS)
    async with world.database.reading() as session:
        rows = (await session.scalars(select(CaseHint).order_by(CaseHint.field, CaseHint.rank))).all()
        changes = (await session.scalars(select(CaseChange))).all()
    suggested = [row for row in rows if row.field != "flag"]
    assert {row.field for row in suggested} == {"category_b", "cause_c"}
    assert all(row.score is not None and 0 < row.score < 1 and row.words and not row.accepted_at for row in suggested)
    assert max(row.rank for row in suggested) == 2
    assert [row.name for row in rows if row.field == "flag"] == ["老年人", "情绪激动"]
    assert changes == []
    supervisor = await desk.browser("supervisor")
    page = await supervisor.get(f"/cases/{case.number}")
    assert "提示：老年人（“奶奶”“60岁以上”）" in page.text
    assert "等级：" in page.text
    shown = (await supervisor.get(f"/cases/{case.number}/classification")).text
    assert shown.count("把握 ") >= len(suggested)
    second = next(row for row in suggested if row.name not in (case.category_b, case.cause_c))
    form = {"version": str(case.version), "hint": str(second.id), second.field: second.name, "reason": "采用系统建议"}
    assert re.search(rf'name="hint" value="{second.id}"', shown)
    answer = await supervisor.post(f"/cases/{case.number}/classification", data=form, headers=FORM)
    assert answer.status_code < 400, answer.text
    async with world.database.reading() as session:
        accepted = await session.get_one(CaseHint, second.id)
        changed = (await session.scalars(select(CaseChange))).one()
        assert (accepted.accepted_at, changed.after, changed.field) == (world.time, second.name, second.field)
        assert changed.user_id == accepted.accepted_by
        assert await check(session, now=world.time) == []
