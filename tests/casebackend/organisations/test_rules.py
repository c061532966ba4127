"""Which unit a customer means."""

from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import pytest
import yaml

from casebackend.organisations.rules import OrganisationName, resolve

SEED = Path("casebackend/organisations/seed.yml")
NAMES = [
    OrganisationName(uuid5(NAMESPACE_OID, row["code"]), row["name"], (row["short_name"], *row.get("aliases", [])))
    for row in yaml.safe_load(SEED.read_text(encoding="utf-8"))["organisations"]
]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("你们朝阳支行", ["北京朝阳支行"]),
        ("朝阳那个支行", ["北京朝阳支行"]),
        ("朝阳行", ["北京朝阳支行"]),
        ("朝阳的网点", ["北京朝阳支行"]),
        ("朝阳 支行", ["北京朝阳支行"]),
        ("在朝阳这家支行办的", ["北京朝阳支行"]),
        ("北京朝阳支行的柜员", ["北京朝阳支行"]),
        ("历下区支行", ["济南历下支行"]),
        ("大明湖支行排队三小时", ["济南大明湖支行"]),
        ("北京分行", ["北京分行"]),
        ("总行", ["听诉示范银行总行"]),
        ("打你们客服热线", ["客户服务中心"]),
        ("新华路支行", ["北京新华路支行", "济南新华路支行"]),
        ("济南新华支行", ["济南新华路支行"]),
        ("济南新华路支行", ["济南新华路支行"]),
        ("火星支行", []),
        ("手续费太高", []),
        ("", []),
        ("，。！", []),
    ],
)
def test_a_unit_is_found_by_the_longest_name_that_was_said(said: str, meant: list[str]) -> None:
    assert [unit.name for unit in resolve(NAMES, said)] == meant


def test_two_units_of_one_name_are_a_choice_not_a_guess() -> None:
    assert len(resolve(NAMES, "新华路那个支行")) == 2
