"""One spelling for people and bot: what the bot folds before it understands, the search folds to the same character."""

from pathlib import Path

from knowledge.analyzer import default_lexicon

PAIRS = (Path(__file__).parents[2] / "bot" / "lexicon" / "traditional.txt").read_text(encoding="utf-8").split()
# Simplified texts write them too (瞭望, 著名): the search keeps them, the bot only has to recognise a purpose.
KEPT = {"瞭了", "著着"}


def test_the_bot_and_the_search_fold_every_character_alike() -> None:
    assert len(PAIRS) > 2_000
    normalise = default_lexicon().normalise
    assert {pair for pair in PAIRS if normalise(pair[0]) != pair[1]} == KEPT
