from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.articles import ContentError, close_superseded, content_digest, content_hash, load_content
from tests.knowledge.sample import TODAY, article

ENTRY: dict[str, Any] = {
    "id": "annual-fee",
    "kind": "业务知识",
    "branch": "个人业务",
    "title": "年费",
    "text": "按价目表收取。",
    "source": "示例手册",
    "effective_from": date(2026, 1, 1),
    "audience": "external",
}


def write(folder: Path, *entries: dict[str, Any], file: str = "a.yml") -> Path:
    (folder / file).write_text(yaml.safe_dump({"entries": list(entries)}, allow_unicode=True), encoding="utf-8")
    return folder


def test_an_entry_applies_from_its_first_day_to_its_last() -> None:
    entry = article(effective_from=date(2026, 3, 1), effective_to=date(2026, 3, 31))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [entry.in_force(day) for day in days] == [False, True, True, False]


def test_the_hash_changes_with_any_field_and_with_nothing_else() -> None:
    assert content_hash(article()) == content_hash(article())
    assert content_hash(article()) != content_hash(article(text="别的"))
    assert content_hash(article()) != content_hash(article(effective_to=TODAY))


def test_the_digest_of_a_collection_does_not_depend_on_its_order() -> None:
    one, two = article(), article(id="other")
    assert content_digest([one, two]) == content_digest([two, one]) != content_digest([one])


def test_a_version_ends_the_day_before_its_successor_begins() -> None:
    old, new = article(version=1), article(version=2, effective_from=date(2026, 6, 1))
    first, second = close_superseded([new, old])
    assert (first.version, first.effective_to) == (1, date(2026, 5, 31))
    assert second == new


def test_a_version_that_never_applied_is_left_out() -> None:
    old, new = article(version=1), article(version=2)
    assert close_superseded([old, new]) == [new]


def test_an_end_that_comes_before_the_successor_stands() -> None:
    ends = date(2026, 2, 1)
    first, _ = close_superseded([article(effective_to=ends), article(version=2, effective_from=date(2026, 6, 1))])
    assert first.effective_to == ends


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "小道消息"}, "小道消息"),
        ({"source": " "}, "source"),
        ({"effective_to": date(2025, 12, 31)}, "失效日早于生效日"),
        ({"effective_from": "去年"}, "日期"),
        ({"audience": "everybody"}, "everybody"),
        ({"version": 0}, "version"),
        ({"questions": "一个问题"}, "questions"),
        ({"id": "年费 1"}, "编号"),
        ({"colour": "red"}, "colour"),
        ({"kind": "法规"}, "证据等级"),
        ({"kind": "监管文件", "evidence": "C"}, "待核实"),
    ],
)
def test_bad_content_is_refused_naming_file_and_entry(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ContentError, match=reason) as refused:
        load_content(write(tmp_path, ENTRY | change))
    assert refused.value.file == "a.yml"
    assert refused.value.entry == (change.get("id") or "annual-fee")


def test_one_id_cannot_be_used_twice_even_in_two_files(tmp_path: Path) -> None:
    write(tmp_path, ENTRY, file="a.yml")
    with pytest.raises(ContentError, match="编号重复") as refused:
        load_content(write(tmp_path, ENTRY, file="b.yml"))
    assert refused.value.file == "b.yml"


@pytest.mark.parametrize("body", ["entries: [", "- 1", "entries: [1]", "defaults: 1\nentries: []", ""])
def test_a_file_that_is_no_list_of_entries_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "a.yml").write_text(body, encoding="utf-8")
    with pytest.raises(ContentError, match=r"a\.yml"):
        load_content(tmp_path)


def test_what_a_file_has_in_common_is_written_once(tmp_path: Path) -> None:
    body = {"defaults": {"title": "共同标题"}, "entries": [{k: v for k, v in ENTRY.items() if k != "title"}]}
    (tmp_path / "a.yml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    (loaded,) = load_content(tmp_path)
    assert loaded.title == "共同标题"
    assert loaded.in_force(ENTRY["effective_from"])
    assert not loaded.in_force(ENTRY["effective_from"] - timedelta(days=1))
