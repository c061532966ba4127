import numpy as np
import pytest

from knowledge import encoder
from knowledge.encoder import LONGEST, SIZE, Bundled, Encoder, bundled
from knowledge.vectors import PORTION, Vectors


@pytest.fixture(scope="module")
def model() -> Encoder:
    found = bundled()
    assert found is not None
    return found


def near(model: Encoder, one: str, other: str) -> float:
    first, second = model.encode([one, other]).astype(np.float32)
    return float(first @ second)


def test_sentences_that_say_the_same_in_other_words_are_nearer_than_others(model: Encoder) -> None:
    assert (
        near(model, "钱被人盗刷了怎么办", "银行卡被别人刷走了钱")
        > near(model, "钱被人盗刷了怎么办", "网点周末开门吗") + 0.2
    )


@pytest.mark.parametrize("text", ["", " ", "？！", "\ud800", "😀", "一" * 5_000])
def test_any_text_has_a_vector(model: Encoder, text: str) -> None:
    (row,) = model.encode([text])
    assert row.shape == (SIZE,)
    assert np.isfinite(row).all()


def test_only_the_beginning_of_a_long_text_counts(model: Encoder) -> None:
    begun = "年费" * (LONGEST // 2)
    assert near(model, begun, begun + "催收电话") == pytest.approx(1.0, abs=0.01)


def test_no_texts_are_no_rows(model: Encoder) -> None:
    assert model.encode([]).shape == (0, SIZE)


def test_what_is_remembered_has_an_end_and_changes_nothing(model: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = model.encode(["年费", "催收"])
    monkeypatch.setattr(encoder, "REMEMBERED", 1)
    for text in ("甲", "乙", "丙"):
        model.encode([text])
    assert isinstance(model, Bundled)
    assert len(model._held) <= 2
    assert np.allclose(model.encode(["年费", "催收"]), before, atol=0.01)


def test_where_the_package_is_not_installed_there_is_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "PACKAGE", "a_package_that_nobody_wrote")
    assert bundled.__wrapped__() is None


def test_vectors_made_before_and_at_the_question_are_the_same(model: Encoder) -> None:
    texts = [f"第{n}种年费" for n in range(PORTION * 2 + 3)]
    question = model.encode(["年费"])[0].astype(np.float32)
    lazy, prepared = Vectors(model), Vectors(model)
    for text in texts:
        lazy.add(text)
        prepared.add(text)
    assert prepared.prepare()
    assert lazy.nearness(question, [PORTION + 1, 0]) == pytest.approx(prepared.nearness(question, [PORTION + 1, 0]))
    rounds = 0
    while prepared.prepare():
        rounds += 1
    assert rounds == 2
    every = list(range(len(texts)))
    assert prepared.nearness(question, every) == pytest.approx(lazy.nearness(question, every))


def test_what_is_added_later_is_prepared_too(model: Encoder) -> None:
    vectors = Vectors(model)
    assert not vectors.prepare()
    vectors.add("年费")
    assert vectors.prepare()
    assert not vectors.prepare()
    vectors.add("催收")
    assert vectors.prepare()
