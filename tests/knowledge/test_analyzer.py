import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.analyzer import LEXICON, GramAnalyzer, Lexicon, WordAnalyzer, default_lexicon


def words(text: str) -> list[str]:
    return [piece.text for piece in default_lexicon().words(text)]


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ＡＴＭ　１２３", "atm 123"),
        ("信用卡年費", "信用卡年费"),
        ("網銀轉帳", "网银转帐"),
        ("《辦法》！", "《办法》!"),
    ],
)
def test_width_case_and_traditional_characters_do_not_matter(written: str, normal: str) -> None:
    assert default_lexicon().normalise(written) == normal


@given(st.text())
def test_a_normalised_text_keeps_its_length(text: str) -> None:
    assert len(default_lexicon().normalise(text)) == len(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x9FFF)))
def test_every_piece_stands_where_it_says(text: str) -> None:
    lexicon = default_lexicon()
    normal = lexicon.normalise(text)
    for piece in lexicon.words(text) + lexicon.grams(text):
        assert normal[piece.start :].startswith(piece.text)


def test_words_stand_at_consecutive_positions() -> None:
    pieces = default_lexicon().words("信用卡的年费，为什么收了两次？")
    assert [piece.position for piece in pieces] == list(range(len(pieces)))


def test_bank_terms_stay_whole() -> None:
    assert "盗刷" in words("我的卡被盗刷了")
    assert "手机银行" in words("手机银行打不开")


def test_stop_words_tell_nothing() -> None:
    assert words("请问你们为什么这样") == []


def test_case_numbers_and_entry_ids_are_one_word() -> None:
    assert words("查一下 TS20260302000007 和 biz-sms-fee") == ["查", "ts20260302000007", "biz-sms-fee"]


def test_punctuation_leaves_a_gap_between_grams() -> None:
    positions = {piece.text: piece.position for piece in default_lexicon().grams("年费，管理")}
    assert positions["管"] - positions["费"] == 2
    assert "费管" not in positions


def test_colloquial_wordings_mean_the_same() -> None:
    meant = {default_lexicon().concepts(said)[0][0] for said in ("取款机坏了", "ATM坏了", "提款機坏了")}
    assert meant == {"自助机"}


@pytest.mark.parametrize("file", ["bank_terms.txt", "stop_words.txt", "synonyms.txt", "traditional.txt"])
def test_a_changed_lexicon_is_another_lexicon(tmp_path: Path, file: str) -> None:
    copy = shutil.copytree(LEXICON, tmp_path / "lexicon")
    assert Lexicon(copy).fingerprint == default_lexicon().fingerprint
    with (copy / file).open("a", encoding="utf-8") as lines:
        lines.write("新词 新说法\n")
    assert Lexicon(copy).fingerprint != default_lexicon().fingerprint


def test_a_text_that_is_no_valid_unicode_is_still_a_text() -> None:
    assert default_lexicon().normalise("年\ud800费") == "年?费"


@pytest.mark.parametrize("analyzer", [WordAnalyzer(), GramAnalyzer()])
def test_whoosh_gets_the_same_pieces(analyzer: WordAnalyzer | GramAnalyzer) -> None:
    text = "提前还款要收违约金吗"
    given = [(token.text, token.pos, token.startchar) for token in analyzer(text)]
    assert given == [(piece.text, piece.position, piece.start) for piece in analyzer.pieces(text)]
