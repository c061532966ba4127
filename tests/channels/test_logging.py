from channels.logging import only_allowed


def test_a_field_that_is_not_listed_never_reaches_the_log() -> None:
    line = only_allowed(None, "info", {"event": "turn.answered", "text": "我叫王小明", "phone": "138", "turn_id": "t"})
    assert line == {"event": "turn.answered", "turn_id": "t"}
