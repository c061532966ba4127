import pytest

from casebackend.drafts import wishing


@pytest.mark.parametrize("said", ["机器吞了我两千块没人管，退我钱", "扣了三百，赔我钱", "被多收了费，还我血汗钱"])
def test_money_that_is_wanted_back_in_two_words_is_a_demand(said: str) -> None:
    assert wishing.demand(said) == said.rpartition("，")[2]


@pytest.mark.parametrize("said", ["他们一直不退我钱", "到现在没退我钱"])
def test_money_that_was_not_given_back_is_what_happened(said: str) -> None:
    assert wishing.demand(said) is None
