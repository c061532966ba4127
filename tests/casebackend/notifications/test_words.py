import pytest
import yaml

from casebackend.calendar.rules import HOURS
from casebackend.notifications import words as notifications
from casebackend.notifications.words import UnknownWords, all_names, choices, needed, version, words
from casebackend.retention.rules import ANY
from casebackend.retention.service import SEED


def test_the_greeting_says_that_it_is_a_robot_that_people_are_there_and_what_happens_to_the_data() -> None:
    said = words("greeting", bank="听诉示范银行", hours=HOURS)
    for part in ("听诉示范银行", "机器人", "登记", "任何时候发送“人工”", "个人信息", "密码"):
        assert part in said
    assert version("greeting")
    assert "我要投诉" in choices("greeting")


def test_the_greeting_promises_no_other_time_than_the_rule_for_complaints_and_says_that_there_are_others() -> None:
    policies = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    years = {row["years"] for row in policies if row["matter_type"] == ANY}
    said = words("greeting", bank="听诉示范银行", hours=HOURS)
    assert years == {5}
    assert "按规定期限加密保存（投诉一般为办结后五年）" in said


def test_a_customers_text_is_never_a_template() -> None:
    assert "{secret.__class__}" in words("person_joined", name="{secret.__class__}")


def test_words_without_a_template_or_without_a_value_are_a_bug() -> None:
    with pytest.raises(UnknownWords):
        words("no such words")
    with pytest.raises(UnknownWords):
        words("person_joined")


@pytest.mark.parametrize("template", ["{a.b}", "{0}", "{a[0]}", "{}"])
def test_a_template_may_hold_plain_names_only(template: str) -> None:
    with pytest.raises(UnknownWords):
        needed(template)


def test_every_template_is_well_formed() -> None:
    for name in all_names():
        entry = notifications._template(name)
        needed(str(entry["text"]))
        assert str(entry["text"]).strip()
