"""A word that was mistyped is put right where it stands; a look-alike of that is left to the form."""

from datetime import UTC, datetime

import pytest

from casebackend.drafts import spellings
from casebackend.drafts.extraction import Reader
from casebackend.drafts.rules import Field
from casebackend.drafts.values import Understood
from tests.casebackend.organisations.test_rules import NAMES

READER = Reader(NAMES, datetime(2026, 11, 22, 4, tzinfo=UTC))
TOLD = {Field.FACTS: "我买理材，[手机#1]打来说理材保本", Field.DEMAND: "把理材款退换给我"}


def read(words: str, asked: str, told: dict[Field, str] | None = None) -> Understood:
    told = TOLD if told is None else told
    understood = READER.read(words, asked, told)
    spellings.read(understood, words, asked, told)
    return understood


@pytest.mark.parametrize(
    "words",
    [
        "经过里面有错别字，理材改成理财",
        "經過裡面有錯別字，理材改成理财",
        "事情经过里的“理材”应该改成“理财”",
    ],
)
@pytest.mark.parametrize("asked", ["confirm", "correction", "field.demand", "field.phone"])
def test_a_word_of_the_story_is_put_right_wherever_it_stands_and_nothing_is_added(words: str, asked: str) -> None:
    done = read(words, asked)
    assert {name: value.value for name, value in done.corrected.items()} == {
        Field.FACTS: "我买理财，[手机#1]打来说理财保本"
    }
    assert done.values == {}


def test_without_a_word_of_where_it_is_put_right_in_the_story_and_in_the_demand() -> None:
    done = read("把理材改成理财，谢谢", "confirm")
    assert {name: value.value for name, value in done.corrected.items()} == {
        Field.FACTS: "我买理财，[手机#1]打来说理财保本",
        Field.DEMAND: "把理财款退换给我",
    }
    assert set(read("诉求里的退换改成退还", "confirm").corrected) == {Field.DEMAND}


@pytest.mark.parametrize(
    "words",
    ["经过里面有错别字，基金改成理财", "经过里面基金改成理财", "基金改成理财", "手机改成电话", "经过里理改成财"],
)
def test_what_does_not_stand_there_changes_nothing_and_is_not_understood(words: str) -> None:
    done = read(words, "confirm")
    assert (done.values, done.corrected, done.answered) == ({}, {}, False)


def test_what_is_right_already_is_not_written_twice() -> None:
    told = {Field.FACTS: "买理财产品亏了，理财经理不管"}
    assert read("理财改成理财产品", "confirm", told).corrected[Field.FACTS].value == "买理财产品亏了，理财产品经理不管"


@pytest.mark.parametrize(
    ("words", "asked", "field"),
    [
        ("金额改成9万", "confirm", Field.AMOUNT),
        ("诉求改成赔礼道歉", "confirm", Field.DEMAND),
        ("经过改成我买理材亏了，经理骗我", "confirm", Field.FACTS),
        ("机构改成海淀支行", "confirm", Field.UNIT),
    ],
)
def test_a_field_by_its_name_is_changed_as_before(words: str, asked: str, field: Field) -> None:
    assert set(read(words, asked).corrected) == {field}


@pytest.mark.parametrize("words", ["把合同改成原来的", "把我的利率改成以前那样"])
def test_the_wish_that_something_be_changed_stays_a_demand(words: str) -> None:
    told = {Field.FACTS: "银行改了合同，利率高了"}
    assert read(words, "field.demand", told).values[Field.DEMAND].value == words


def test_a_change_that_the_story_tells_is_a_piece_of_the_story() -> None:
    words = "经理后来又偷偷把理材改成了基金，我根本不知道"
    assert read(words, "confirm").values[Field.FACTS].value == words
