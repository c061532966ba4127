"""What the bank reads of its own rules is Chinese: codes are for programs."""

import re

import pytest

from tests.casebackend.cases.builders import Desk
from tests.world import World

CODE = re.compile(r"(?<![A-Za-z0-9./@-])[a-z][a-z0-9]*(?:[._][a-z0-9]+)+(?![A-Za-z0-9.@-])")
HIDDEN = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL)


def words_of(page: str) -> str:
    return HIDDEN.sub(" ", page)


@pytest.mark.parametrize("path", ["/limits", "/limits/reminders", "/grading", "/grading?code=lane_tier"])
async def test_no_code_stands_where_somebody_reads(world: World, path: str) -> None:
    page = await (await Desk(world).browser("supervisor")).get(path)
    assert page.status_code == 200
    assert CODE.findall(words_of(page.text)) == []


async def test_dangers_and_limits_are_told_apart_by_their_names(world: World) -> None:
    browser = await Desk(world).browser("supervisor")
    words = words_of((await browser.get("/limits")).text)
    assert "内部总时限 · 总分行两级时限" in words
    page = (await browser.get("/dangers")).text
    rules = words_of(re.sub(r"<summary>表达式.*?</details>", "", page, flags=re.DOTALL))
    assert not re.search(r"\b(stolen|lost|abuse|privacy)\b", rules)
