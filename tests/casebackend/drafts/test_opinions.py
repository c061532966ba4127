"""A word turns a complaint into praise, and praise into a complaint."""

import pytest

from casebackend.drafts.opinions import turned


@pytest.mark.parametrize(
    ("text", "matter", "becomes"),
    [
        ("诶不是，打错了，我是想表扬海淀支行的小王，帮我找回了掉在大厅的包", "complaint", "praise"),
        ("我打错了，是想提个建议", "complaint", "suggestion"),
        ("叫伊赔礼道歉", "praise", "complaint"),
        ("把钱退给我", "suggestion", "complaint"),
        ("我不是来表扬你们的", "complaint", None),
        ("退款很快，谢谢你们", "praise", None),
        ("建议你们给客户道歉", "suggestion", None),
    ],
)
def test_what_it_is_from_now_on(text: str, matter: str, becomes: str | None) -> None:
    assert turned(text, matter) == becomes
