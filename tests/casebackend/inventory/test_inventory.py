"""The data catalogue (令2025-3 Arts 8, 10): every stored item is tagged, and who may read and take out the list."""

import csv
import io
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
import yaml

from casebackend.exports.rules import is_dangerous
from casebackend.inventory import catalogue
from casebackend.inventory.rules import HEADINGS, Unsound, Wanted, is_overdue, of, read, strays
from casebackend.inventory.sheet import as_csv
from casebackend.keys.registry import SEALED
from casebackend.schema import METADATA
from tests.casebackend.staff.logins import staff
from tests.world import World

STORED = {(table.name, column.name) for table in METADATA.sorted_tables for column in table.columns}
ITEMS = {(item.table, item.column): item for item in catalogue.inventory().items}
API, PAGE = "/api/v1/data-items/", "/security/data"


def written() -> Any:
    return yaml.safe_load(catalogue.FILE.read_text(encoding="utf-8"))


def test_every_column_has_one_entry_and_every_entry_a_column() -> None:
    assert strays(catalogue.inventory(), STORED) == ([], [])
    assert set(written()["tables"]) == set(METADATA.tables)


def test_what_is_sealed_is_personal_and_sensitive_and_only_it_is_said_to_be() -> None:
    sealed = {(place.table, place.column) for place in SEALED}
    assert all(ITEMS[each].personal and ITEMS[each].sensitive for each in sealed)
    assert {each for each, item in ITEMS.items() if item.level == "high"} <= sealed


def test_a_blind_index_and_a_mask_are_personal() -> None:
    found = [(table, column) for table, column in STORED if column.endswith(("_masked", "_index"))]
    assert found
    assert all(ITEMS[each].personal for each in found)


def test_what_proves_who_somebody_is_is_marked_as_such() -> None:
    proofs = ("password_hash", "secret_hash", "secret_enc", "code_hash", "code_digest", "answer_digest")
    found = [(table, column) for table, column in STORED if column in proofs]
    assert found
    assert {ITEMS[each].level for each in found} == {"secret"}


def test_a_column_without_an_entry_and_an_entry_without_a_column_are_both_named() -> None:
    missing, gone = strays(catalogue.inventory(), (STORED | {("cases", "shoe_size")}) - {("cases", "amount")})
    assert (missing, gone) == (["cases.shoe_size"], ["cases.amount"])


@pytest.mark.parametrize(
    "spoilt",
    [
        {"of_no_kind": ["amount"]},
        {"plain": ["amount"], "client": ["amount"]},
        {"system": "elsewhere"},
        {"source": "hearsay"},
        {"from": {"staff": ["shoe_size"]}},
    ],
)
def test_a_catalogue_that_does_not_explain_itself_is_refused(spoilt: dict[str, Any]) -> None:
    data = deepcopy(written())
    data["tables"] = {"cases": {"label": "投诉", "system": "desk", "source": "customer", "words": ["facts"]} | spoilt}
    with pytest.raises(Unsound):
        read(data)


def test_the_catalogue_is_looked_through_at_least_once_a_year() -> None:
    known = catalogue.inventory()
    assert known.review_by - known.reviewed_on <= timedelta(days=366)
    assert not is_overdue(known, known.review_by)
    assert is_overdue(known, known.review_by + timedelta(days=1))


async def test_the_list_is_read_by_kind_level_and_source_page_by_page(world: World) -> None:
    async with await staff(world, "security") as client:
        asked: dict[str, str] = {"personal": "yes", "sensitive": "yes", "source": "customer", "limit": "7"}
        found: list[dict[str, Any]] = []
        while True:
            answer = (await client.get(API, params=asked)).json()
            found += answer["items"]
            if answer["next"] is None:
                break
            asked["cursor"] = answer["next"]
    wanted = of(catalogue.inventory(), Wanted(personal=True, sensitive=True, source="customer"))
    assert [f"{each['table']}.{each['column']}" for each in found] == [item.name for item in wanted]
    assert ("customers", "name_enc", "high") in [(each["table"], each["column"], each["level"]) for each in found]
    assert date.fromisoformat(answer["reviewed_on"]) == catalogue.inventory().reviewed_on


@pytest.mark.parametrize("path", [API, PAGE, f"{PAGE}/file"])
async def test_a_condition_that_nobody_knows_is_refused(world: World, path: str) -> None:
    async with await staff(world, "security") as client:
        for query in ("personal=maybe", "level=top", "source=hearsay", "system=elsewhere", "table=shoes"):
            answer = await client.get(f"{path}?{query}")
            assert answer.status_code == 400, query
            said = answer.json()["detail"] if path == API else answer.text
            assert "查询条件不正确" in said


async def test_security_and_audit_read_it_and_nobody_else(world: World) -> None:
    for login, status in (("security", 200), ("audit", 200), ("admin", 403), ("agent", 403), ("curator", 403)):
        async with await staff(world, login) as client:
            for path in (API, PAGE, f"{PAGE}/file"):
                assert (await client.get(path)).status_code == status, (login, path)


async def test_the_page_shows_what_is_asked_for_and_offers_just_that_as_a_file(world: World) -> None:
    async with await staff(world, "security") as client:
        page = (await client.get(f"{PAGE}?table=customers&personal=yes")).text
        assert "name_enc" in page
        assert "加密存放" in page
        assert "updated_at" not in page
        assert f'href="{PAGE}/file?table=customers&amp;personal=yes"' in page
        file = await client.get(f"{PAGE}/file?table=customers&personal=yes")
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert file.headers["content-type"].startswith("text/csv")
    assert "attachment" in file.headers["content-disposition"]
    assert tuple(rows[1]) == HEADINGS
    wanted = of(catalogue.inventory(), Wanted(table="customers", personal=True))
    assert [row[2] for row in rows[2:-1]] == [item.column for item in wanted]
    assert rows[0] == rows[-1]
    assert "security" in rows[0][0]


async def test_a_year_later_the_page_says_that_a_review_is_due(world: World) -> None:
    known = catalogue.inventory()
    async with await staff(world, "security") as client:
        assert "逾期未复核" not in (await client.get(PAGE)).text
    world.time = world.time.replace(year=known.review_by.year + 1)
    async with await staff(world, "security") as client:
        assert "逾期未复核" in (await client.get(PAGE)).text


def test_no_word_of_the_file_is_a_formula_to_a_spreadsheet() -> None:
    data = deepcopy(written())
    data["tables"] = {
        "cases": {"label": '=HYPERLINK("http://x")', "system": "desk", "source": "staff", "plain": ["id"]}
    }
    known = read(data)
    rows = list(csv.reader(io.StringIO(as_csv(known, known.items, "@SUM(A1)").decode("utf-8-sig"))))
    assert not any(is_dangerous(cell) for row in rows for cell in row)
    assert rows[2][0] == '\'=HYPERLINK("http://x")'
