"""One lexicon for people and bot: what the bot folds before it understands, the search folds to the same character."""

import shutil
from pathlib import Path

from bot import words
from bot.components import normalise
from knowledge.analyzer import KEPT, LEXICON, Lexicon, default_lexicon

SHARED = Path(__file__).parents[2] / "lexicon"
PAIRS = (SHARED / "traditional.txt").read_text(encoding="utf-8").split()


def test_the_bot_and_the_search_fold_every_character_alike() -> None:
    """But for two that the search keeps; the bot only has to recognise a purpose."""
    assert len(PAIRS) > 2_000
    folded = default_lexicon().normalise
    assert {pair[0] for pair in PAIRS if folded(pair[0]) != pair[1]} == set(KEPT)
    assert normalise.normalise("銀行繳費") == folded("銀行繳費") == "银行缴费"


def test_both_programs_read_the_one_lexicon() -> None:
    assert LEXICON == SHARED
    assert normalise.TABLE.resolve() == SHARED / "traditional.txt"
    assert (words.LEXICON / "mentions.yml").resolve() == SHARED / "mentions.yml"
    beside = [*SHARED.parent.glob("knowledge/**/*.txt"), *(SHARED.parent / "bot" / "lexicon").glob("*.txt")]
    assert [path for path in beside if path.resolve().parent != SHARED] == [], "a second list of words beside it"


def test_a_character_taught_in_the_one_place_is_known_to_the_search(tmp_path: Path) -> None:
    taught = shutil.copytree(SHARED, tmp_path / "lexicon")
    assert Lexicon(taught).normalise("年㐀") == "年㐀"
    with (taught / "traditional.txt").open("a", encoding="utf-8") as table:
        table.write("\n㐀费\n")
    assert Lexicon(taught).normalise("年㐀") == "年费"
