import pytest

from knowledge.clauses import clause_numbers


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("第十五条", 15),
        ("第15条", 15),
        ("第 15 条", 15),
        ("第十条", 10),
        ("第三条", 3),
        ("第六十六条", 66),
        ("第一百条", 100),
        ("第二百零一条", 201),
        ("第二百一十条", 210),
        ("第二〇一条", 201),
    ],
)
def test_an_article_number_is_the_same_however_written(written: str, number: int) -> None:
    assert clause_numbers(f"依照{written}处理") == [f"第{number}条"]


def test_text_without_article_numbers_has_none() -> None:
    assert clause_numbers("第一时间给我条子") == []
