"""Looking for a person: what names one stands in no address, for an address stays in logs and in histories."""

from collections.abc import Mapping, Sequence

from casebackend.access.reads import PERSONAL
from casebackend.cases import search
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.predicates import Kind
from casebackend.cases.search import Given
from casebackend.cases.words import Purpose
from casebackend.customers.personal import names_a_person, tokenise
from casebackend.errors import BadRequest, Unprocessable

type Pairs = Sequence[tuple[str, str]]


class PersonInAddress(BadRequest):
    slug, title = "person-in-address", "个人信息不能写在网址里"

    def __init__(self, name: str) -> None:
        super().__init__(
            "姓名、电话、证件号码、卡号会随网址留在浏览记录和访问日志中。请在投诉查询页填写；"
            "程序请改用 POST /api/v1/cases/search",
            filter=name,
        )


class NumberInText(Unprocessable):
    slug, title = "number-in-text", "号码填错了位置"

    def __init__(self, name: str) -> None:
        label = CONDITIONS[name].label
        super().__init__(f"“{label}”里有电话、证件号码或卡号，请填在投诉查询页的对应条件里", filter=name)


class SearchPurposeMissing(Unprocessable):
    slug, title = "search-purpose-missing", "请选择用途"

    def __init__(self) -> None:
        super().__init__("按姓名、电话、证件号码或卡号查找客户须选择用途，用途会记入审计")


def from_address(args: Mapping[str, Sequence[str]]) -> Given:
    """The conditions of a query string. One that names a person is refused, wherever it stands."""
    every = dict(args)  # what a request holds gives only the first value to `get`
    for name, condition in CONDITIONS.items():
        words = [word for word in every.get(name, ()) if word.strip()]
        if words and (condition.personal or _holds_a_number(name, words)):
            raise PersonInAddress(name)
    return search.read(every)


def from_body(args: Mapping[str, Sequence[str]], purpose: Purpose | None) -> Given:
    """The same from a form or a body, where persons may be named, if it is said what for."""
    given = search.read(args)
    for name, values in given.items():
        if not CONDITIONS[name].personal and _holds_a_number(name, values):
            raise NumberInText(name)
    if purpose is None and any(CONDITIONS[name].personal for name in given):
        raise SearchPurposeMissing
    return given


def _holds_a_number(name: str, words: Sequence[str]) -> bool:
    return CONDITIONS[name].kind is Kind.TEXT and any(names_a_person(word[: search.LONGEST_TEXT]) for word in words)


def apart(pairs: Pairs) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What may stand in an address, and what may not."""
    private = [(name, word) for name, word in pairs if _private(name, word)]
    return [pair for pair in pairs if pair not in private], private


def _private(name: str, word: str) -> bool:
    condition = CONDITIONS.get(name)
    if condition is None or condition.kind is not Kind.TEXT:
        return False
    return condition.personal is not None or bool(tokenise(word).values)


def names_of(given: Given) -> frozenset[str]:
    """Which of the conditions look for a person."""
    return frozenset(name for name in given if name in PERSONAL or CONDITIONS[name].personal)
