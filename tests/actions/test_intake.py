import re

from tests.actions.desk import Desk


async def test_a_complaint_is_taken_field_by_field_and_read_back_before_it_is_filed(desk: Desk) -> None:
    assert await desk.say("我要投诉", "action_intake") == ["utter_soothe", "utter_ask_facts"]
    assert desk.words.count("（1/") == 1
    await desk.say("昨天在柜台取2000元，柜员少给了我100元还骂人", "action_intake")
    asked = [desk.open]
    for text in ("退还100元并道歉", "不清楚是哪家", "100元", "昨天", "王小明", "13812345678", "不提供"):
        if desk.open == "confirm":
            break
        await desk.say(text, "action_intake")
        asked.append(desk.open)
    while desk.open != "confirm":
        answers = {"field.name": "王小明", "field.phone": "13812345678", "field.id_number": "不提供"}
        await desk.say(answers[str(desk.open)], "action_intake")
        asked.append(desk.open)
    assert desk.names == ["utter_summary_money"]
    assert desk.choices == ["确认提交", "修改"]
    assert "13812345678" not in desk.words
    assert "王小明" not in desk.words
    assert len(asked) <= 9

    await desk.say("金额改成200元", "action_intake")
    assert desk.names == ["utter_changed", "utter_summary_money"]
    assert "涉及金额改好了" in desk.words
    assert "200" in desk.words

    await desk.say("确认提交", "action_file")
    assert desk.names[-1] == "utter_after_filing"
    assert re.search(r"编号 TS20\d{12}", desk.words)
    assert re.search(r"最晚 \d+月\d+日 24:00 前答复", desk.words)
    assert desk.open is None


async def test_for_whom_and_how_many_are_read_back_and_each_line_is_put_right(desk: Desk) -> None:
    await desk.say("我替我父亲投诉，昨天手机银行扣了我300元手续费，要求退还", "action_intake")
    while desk.open != "confirm":
        answers = {"field.name": "王小明", "field.phone": "13812345678"}
        await desk.say(
            answers.get(str(desk.open), "不清楚是哪家" if desk.open == "field.unit" else "不提供"), "action_intake"
        )
    assert desk.words.splitlines()[-2] == "投诉人身份：受托人"
    await desk.say("修改", "action_change", purpose="deny")
    assert "改投诉人身份" in desk.choices
    assert await desk.say("改投诉人身份", "action_intake") == ["utter_ask_line_capacity"]
    assert desk.open == "correction.capacity"
    assert await desk.say("我是本人", "action_resume", purpose="affirm") == ["utter_changed", "utter_summary_money"]
    assert "投诉人身份改好了" in desk.words
    assert "投诉人身份：" not in desk.words
    assert await desk.say("好，不过我们一共5个人", "action_file") == [
        "utter_noted",
        "utter_papers_later",
        "utter_summary_money",
    ]
    assert await desk.say("人数不对，是3人", "action_change", purpose="deny") == [
        "utter_changed",
        "utter_summary_money",
    ]
    assert "投诉人数：3人" in desk.words
    await desk.say("我今年78岁了", "action_intake")
    assert "留意事项：老年\n" in desk.words
    await desk.say("改留意事项", "action_intake")
    assert await desk.say("不用留意", "action_resume", purpose="deny") == ["utter_changed", "utter_summary_money"]
    assert "留意事项：" not in desk.words
    await desk.say("改投诉人数", "action_intake")
    assert await desk.say("不改了", "action_resume", purpose="deny") == ["utter_summary_money"]
    assert "投诉人数：3人" in desk.words


async def test_for_whom_it_is_is_asked_once_before_the_read_back_where_it_was_left_open(desk: Desk) -> None:
    await desk.say("我帮我妈办卡，崂山支行办了三次都没办成，要求尽快办好", "action_intake")
    for answer in ("我叫王小明", "13812345678", "不提供"):
        await desk.say(answer, "action_intake")
    assert (desk.names, desk.open) == (["utter_ask_line_capacity"], "correction.capacity")
    assert await desk.say("我受别人委托", "action_intake") == ["utter_changed", "utter_summary"]
    assert "投诉人身份：受托人" in desk.words
    await desk.say("身份改成本人", "action_intake")
    assert (desk.open, "投诉人身份：" in desk.words) == ("confirm", False)


async def test_whoever_does_not_say_for_whom_it_is_comes_to_the_read_back_all_the_same(desk: Desk) -> None:
    await desk.say("柜员说我爷爷死亡证明不合格，崂山支行，要求道歉", "action_intake")
    for answer in ("我叫王小明", "13812345678", "不提供"):
        await desk.say(answer, "action_intake")
    assert desk.open == "correction.capacity"
    assert (await desk.say("你猜", "action_intake"))[-1] == "utter_summary"


async def read_back(desk: Desk) -> None:
    told = "我要投诉，昨天在北京海淀支行买理材产品亏了8万元，要求赔偿损失，我叫王小明，电话13812345678"
    await desk.say(told, "action_intake")
    await desk.say("不提供", "action_intake")
    assert desk.open == "confirm"


async def test_a_unit_that_is_not_ours_takes_the_place_of_another_at_the_read_back(desk: Desk) -> None:
    await read_back(desk)
    assert await desk.say("机构改成中山路支行", "action_intake", purpose="correct") == [
        "utter_changed",
        "utter_summary_money",
    ]
    assert "被投诉机构改好了" in desk.words
    assert "被投诉机构：中山路支行（待核实）" in desk.words
    assert await desk.say("机构改成新华路支行", "action_intake", purpose="correct") == ["utter_which_unit"]
    assert desk.choices == ["北京新华路支行", "济南新华路支行"]
    await desk.say("济南新华路支行", "action_intake")
    assert "被投诉机构：济南新华路支行" in desk.words


async def test_a_mistyped_word_is_put_right_and_the_command_is_not_written_down(desk: Desk) -> None:
    await read_back(desk)
    told = ["utter_changed", "utter_summary_money"]
    assert await desk.say("经过里面有错别字，理材改成理财", "action_intake", purpose="correct") == told
    assert ("买理财产品" in desk.words, "理材" in desk.words, "错别字" in desk.words) == (True, False, False)
    shown = desk.words.partition("请核对")[2]
    said = await desk.say("经过里面还有一个错别字，存宽改成存款", "action_intake", purpose="correct")
    assert said == ["utter_not_understood", "utter_summary_money"]
    assert desk.words.partition("请核对")[2] == shown
    await desk.say("改事情经过", "action_intake")
    await desk.say("理财改成保险", "action_intake")
    assert (desk.open, "买保险产品" in desk.words) == ("confirm", True)


async def test_several_facts_in_one_sentence_are_not_asked_again(desk: Desk) -> None:
    await desk.say("昨天手机银行扣了我300元手续费，要求退还，我叫王小明，电话13812345678", "action_intake")
    asked = [desk.open]
    while desk.open != "confirm":
        answer = {"field.unit": "不清楚是哪家", "field.id_number": "不提供"}[str(desk.open)]
        await desk.say(answer, "action_intake")
        asked.append(desk.open)
    assert "field.phone" not in asked
    assert "field.amount" not in asked


async def test_two_misses_explain_and_three_offer_a_person(desk: Desk) -> None:
    await desk.say("我要投诉，柜员态度恶劣骂人，要求道歉", "action_intake")
    while desk.open != "field.phone":
        answer = {
            "field.unit": "不清楚是哪家",
            "field.amount": "不涉及金额",
            "field.occurred_on": "昨天",
            "field.name": "我叫王小明",
            "field.demand": "道歉",
        }[str(desk.open)]
        await desk.say(answer, "action_intake")
    assert await desk.say("电话不想给", "action_intake", purpose="refuse") == ["utter_explain_phone"]
    await desk.say("返回上一步", "action_intake")
    await desk.say("我叫王小明", "action_intake")
    assert await desk.say("嗯嗯", "action_intake") == ["utter_not_understood", "utter_ask_phone"]
    assert await desk.say("啥啥啥", "action_intake") == ["utter_not_understood", "utter_explain_phone"]
    assert await desk.say("嘿嘿", "action_intake") == ["utter_offer_person"]
    assert desk.open == "offer"
    assert await desk.say("不用，继续填写", "action_resume") == ["utter_ask_phone"]
    assert desk.open == "field.phone"


async def test_the_last_answer_is_taken_back(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert desk.open == "field.demand"
    await desk.say("要求道歉", "action_intake")
    await desk.say("返回上一步", "action_intake")
    assert desk.open == "field.demand"


async def test_a_draft_is_put_aside_and_gone_on_with(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert await desk.say("算了", "action_cancel") == ["utter_cancelled"]
    await desk.say("我要投诉", "action_intake")
    assert desk.names == ["utter_gone_on_with", "utter_ask_demand"]


async def test_a_new_story_is_taken_beside_the_one_put_aside_and_that_one_is_offered(desk: Desk) -> None:
    await desk.say("我要投诉，崂山支行的大堂经理骂我", "action_intake")
    await desk.say("算了", "action_cancel")
    said = await desk.say("昨天手机银行转账一直失败，客服电话也打不通", "action_intake")
    assert said == ["utter_soothe", "utter_left_aside", "utter_ask_demand"]
    said = await desk.say("接着办上次的", "action_intake", purpose="inform")
    assert said == ["utter_gone_on_with", "utter_ask_demand"]
    await desk.say("要求道歉", "action_intake")
    assert desk.open == "field.name"


async def test_what_is_wrong_is_forgotten_and_asked_again(desk: Desk) -> None:
    await desk.say("我要投诉，崂山支行的大堂经理骂我，要求道歉", "action_intake")
    await desk.say("王小明", "action_intake")
    await desk.say("13812345678", "action_intake")
    await desk.say("电话错了", "action_intake")
    assert desk.open == "field.phone"
    await desk.say("13812345679", "action_intake")
    await desk.say("直接提交吧", "action_intake")
    assert desk.open == "confirm"
    assert "138****5679" in desk.words


async def test_one_of_two_units_is_offered_until_it_is_chosen(desk: Desk) -> None:
    await desk.say("新华路支行的柜员骂我", "action_intake")
    assert desk.open == "field.demand"
    await desk.say("让他道歉", "action_intake")
    assert desk.choices == ["北京新华路支行", "济南新华路支行"]
    await desk.say("说不好怎么讲", "action_intake")
    await desk.say("返回", "action_intake")
    await desk.say("让他道歉", "action_intake")
    await desk.say("济南的那个", "action_intake")
    assert desk.open == "field.name"


async def test_a_unit_that_we_do_not_know_is_taken_as_said(desk: Desk) -> None:
    await desk.say("我要投诉，柜员骂我，要求道歉", "action_intake")
    await desk.say("就是东湖支行", "action_intake")
    for answer in ("王小明", "13812345678", "不提供"):
        await desk.say(answer, "action_intake")
    assert "被投诉机构：东湖支行（待核实）" in desk.words
    assert await desk.say("确认提交", "action_file") == [
        "utter_filed_unit_open", "utter_pickup", "utter_after_filing",
    ]  # fmt: skip


async def test_who_complains_again_is_not_asked_who_he_is(desk: Desk) -> None:
    await desk.file()
    await desk.say("还要投诉崂山支行，保安骂我，要求道歉", "action_intake")
    assert desk.open == "confirm"
    assert "138****5678" in desk.words


async def test_a_filed_complaint_is_put_right_by_a_person(desk: Desk) -> None:
    await desk.file()
    assert await desk.say("刚才的金额写错了是300", "action_intake", purpose="correct") == ["utter_correct_filed"]
    assert desk.open == "offer"


async def test_a_yes_with_a_wait_a_but_or_a_question_beside_it_files_nothing(desk: Desk) -> None:
    told = "昨天手机银行扣了我300元手续费，要求退还，我叫王小明，电话13812345678"
    for text in (told, "不清楚是哪家", "不提供"):
        await desk.say(text, "action_intake")
    assert desk.open == "confirm"
    for waits in ("可以等会", "可以啊，不过我先问问我老伴"):
        assert await desk.say(waits, "action_file") == ["utter_take_your_time_to_confirm"]
    for unclear in ("嗯？", "可以是可以，不过…", "对了……"):
        assert await desk.say(unclear, "action_file") == ["utter_not_filed_yet"]
    assert desk.open == "confirm"
    assert await desk.say("好吧 但是金额应该是260元", "action_file") == ["utter_changed", "utter_summary_money"]
    assert await desk.say("行，但是电话不对", "action_file") == ["utter_ask_phone"]
    await desk.say("13812345679", "action_intake")
    assert (await desk.say("我姓笪", "action_intake", purpose="correct"))[0] == "utter_changed"
    assert "姓名：笪**" in desk.words
    assert "手续费" in desk.words
    assert "老伴" not in desk.words
    assert (await desk.say("可以提交", "action_file"))[-1] == "utter_after_filing"


async def test_there_is_nothing_to_put_aside_or_to_file(desk: Desk) -> None:
    assert await desk.say("取消", "action_cancel") == ["utter_nothing_to_cancel"]
    assert await desk.say("确认提交", "action_file") == ["utter_nothing_to_file"]


async def test_an_incomplete_draft_is_not_filed_but_gone_on_with(desk: Desk) -> None:
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert await desk.say("确认提交", "action_file") == ["utter_cannot_file", "utter_ask_demand"]


async def test_the_open_question_comes_again_after_small_talk(desk: Desk) -> None:
    assert await desk.say("再说一遍", "action_resume") == ["utter_menu"]
    await desk.say("我要投诉，大堂经理骂我", "action_intake")
    assert await desk.say("再说一遍", "action_resume") == ["utter_ask_demand"]
    assert desk.open == "field.demand"
