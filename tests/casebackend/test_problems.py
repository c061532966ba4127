from pathlib import Path

from casebackend import app, problems


def test_the_published_catalogue_is_what_the_code_refuses() -> None:
    assert app.API
    assert Path("docs/problems.md").read_text() == problems.catalogue()


def test_each_refusal_has_a_chinese_title() -> None:
    rows = [line.split("|") for line in problems.catalogue().splitlines() if line.startswith("| `")]
    assert len(rows) > 30
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in row[3]) for row in rows)
