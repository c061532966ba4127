"""Stories told in one message: how many of their values are read exactly."""

from datetime import date
from pathlib import Path

from tests.casebackend.drafts.slots import FLOORS, SLOTS, exact, misses, narratives, read

LEAST = 120
HELD_OUT = Path(__file__).parent / "heldout" / "narratives.yml"
TODAY = date(2026, 11, 22)


def test_the_values_of_a_story_told_in_one_message_are_read_exactly() -> None:
    told = narratives()
    missed = list(misses(told))
    assert len(told) >= LEAST
    shares = exact(told, missed)
    assert all(shares[slot] >= FLOORS[slot] + 0.02 for slot in SLOTS), (shares, [miss.slot for miss in missed])


def test_stories_that_nobody_saw_who_wrote_the_rules_are_read_as_exactly() -> None:
    told = narratives(HELD_OUT)
    shares = exact(told, list(misses(told)))
    assert len(told) >= LEAST
    assert {slot: shares[slot] for slot in SLOTS if shares[slot] < FLOORS[slot]} == {}


def test_every_slot_is_also_left_open_in_some_story() -> None:
    told = narratives()
    for slot in ("amount", "date", "unit"):
        assert sum(each.expected[slot] is None for each in told) >= 3


def test_a_story_without_values_gives_none() -> None:
    assert set(read("你们的态度太差了，我要投诉", TODAY).values()) == {None}


def test_what_belongs_to_others_or_to_the_account_is_left_alone() -> None:
    found = read("余额8万多的卡尾号6688，柜员叫林小芳，千万别告诉姓周的经理，前几天的事，今天我打电话投诉", TODAY)
    assert found == dict.fromkeys(SLOTS)


def test_what_is_weighed_is_the_loss_not_what_was_moved_or_is_left() -> None:
    told = (
        ("存了4000只到账3900，差了100", "100.00"),
        ("汇了一万块，退回来只剩九千九百五，扣了五十", "50.00"),
        ("每个月扣我15块钱短信费，一共180", "180.00"),
        ("一共投了20万，亏了3.2万", "32000.00"),
        ("转了1万零500给供应商没到", "10500.00"),
        ("百来块的东西", "100.00"),
        ("收了几百块", None),
        ("万一丢了怎么办，千万小心", None),
        ("额度从5万降到2千", None),
    )
    assert {text: read(text, TODAY)["amount"] for text, _ in told} == dict(told)


def test_feasts_and_weeks_are_days() -> None:
    told = (
        ("国庆节那天扣的", "2026-10-01"),
        ("去年国庆节扣的", "2025-10-01"),
        ("中秋节那天扣的", "2026-09-25"),
        ("除夕晚上扣的", "2026-02-16"),
        ("大年初三扣的", "2026-02-19"),
        ("国庆节第二天扣的", "2026-10-02"),
        ("双十一扣的", "2026-11-11"),
        ("国庆期间扣的", None),
        ("五一路上扣的", None),
        ("上上周五扣的", "2026-11-06"),
        ("上个礼拜三扣的", "2026-11-11"),
        ("11.18转的", "2026-11-18"),
        ("昨天发现上个月20号扣的", "2026-10-20"),
        ("今天都11月22号了，11月3号的事", "2026-11-03"),
        ("具体哪天忘了，大概上周三", None),
        ("两三天前扣的", None),
    )
    assert {text: read(text, TODAY)["date"] for text, _ in told} == dict(told)


def test_the_own_name_is_found_however_it_is_given() -> None:
    told = (
        ("我姓魏，魏长青", "魏长青"),
        ("我姓郑叫郑佳怡", "郑佳怡"),
        ("我是她儿子彭志远，帮她投诉", "彭志远"),
        ("扣了我200块。石磊，电话13812340001", "石磊"),
        ("柜员叫林小芳，我叫侯建国", "侯建国"),
        ("我叫阿依古丽·买买提", "阿依古丽·买买提"),
        ("我叫何平一三六零零零二八八八八", "何平"),
        ("请联系沙女士", "沙女士"),
        ("安全，电话13812340001", None),
    )
    assert {text: read(text, TODAY)["name"] for text, _ in told} == dict(told)


def test_a_number_said_in_any_groups_is_the_number() -> None:
    for said in ("幺三八幺二三四零零零一", "1 3 8 1 2 3 4 0 0 0 1", "138 12 34 00 01", "一三八，一二三四，零零零一"):
        assert read(f"电话{said}", TODAY)["phone"] == "13812340001"
    assert read("2026 11 03 扣了 130 元", TODAY)["phone"] is None
