"""Praise holds no anger, no loss and no demand; what is mixed is a complaint."""

import pytest

from casebackend.conversations.danger import delivered, hear
from casebackend.drafts.plaints import judged

NEWEST = max(rule.effective_from for rule in delivered())


def begun(text: str, matter: str) -> str:
    stirred = hear(delivered(), text, NEWEST).stirred
    return judged(matter, text, stirred.says if stirred is not None else None)


@pytest.mark.parametrize(
    "text",
    [
        "你们银行真的是够了！！我上个月18号在中山路那个网点办业务，柜员非让我买什么理财，说保本的，我投了8万块，现在亏了1万2，气死我了",
        "我去办业物，柜员非让我买理材，现再亏了",
        "我是来投诉的，不是来表扬你们的",
        "我不是来表扬你们的",
        "柜员小王态度很好，就是手续费多扣了",
        "谢谢你们啊，害我白跑三趟",
        "服务真好啊，一个月扣了我三次年费",
        "大堂经理挺热情的，可是我的钱到现在还没退",
        "感谢贵行，让我亏了五万",
        "请帮我追回被骗的8万，谢谢",
        "小李人很好，但是理财经理骗我说保本",
        "客户经理很热情，忽悠我妈买了保险",
        "你们的态度真是太恶劣了",
        "我要投诉柜员小王",
        "保安骂人，你们管不管",
        "麻烦把多收的手续费退给我，谢谢",
        "柜员推诿，跑了三趟都没办成",
        "你们要赔偿我的损失",
        "要求柜员向我道歉",
        "說好保本的，現在虧了一萬二",
        "给你们点个赞，转账少了500块没人管",
        "被骗了8万你们说能追回，结果没追回，谢谢你们啊",
        "我要去银保监会告你们，真感谢你们",
        "不让我投诉是吧，你们可真行",
        "真是服务周到，强制捆绑保险",
        "太让人失望了",
        "我投的理财亏了",
        "再不退钱我就找记者，谢谢",
        "小李追回了我的钱，可是手续费多扣了，谢谢",
        "柜员解释得挺好，就是手续费多扣了",
        "谢谢你们把我的钱弄没了",
        "贵行真厉害，卡都给我锁了三个月",
    ],
)
def test_what_tells_of_anger_a_loss_or_a_demand_is_no_praise(text: str) -> None:
    assert begun(text, "praise") == "complaint"


@pytest.mark.parametrize(
    "text",
    [
        "柜员小李帮我追回了被骗的8万，太感谢了",
        "表扬一下，没让我多花一分钱",
        "我要表扬崂山支行的大堂经理，昨天帮我找回了钱包",
        "我被骗了8万，柜员小李帮我追回来了，太感谢",
        "多亏了小王，老人的钱保住了，谢谢",
        "幸亏柜员提醒，不然我就被骗子骗走三万了，感谢",
        "柜员拦住了我妈的转账，差点被骗，给你们点赞",
        "小张态度特别好，非常耐心",
        "上次投诉处理得很快，表扬一下小陈",
        "我不是来投诉的，是来表扬小刘的",
        "本来想投诉的，小王给我解决了，谢谢他",
        "退款很快，谢谢你们",
        "多扣的年费当天就退给我了，感谢客服小赵",
        "大厅的小哥不推诿、不敷衍，给他点个赞",
        "柜员没有强制推销，服务很好",
        "我退休了，网点的姑娘手把手教我用手机，太好了",
        "谢谢客户经理，没让我亏钱",
        "反诈宣传讲得很好，感谢民警和柜员",
        "送锦旗给你们，拒绝了我的红包，真是好员工",
        "不管多忙小李都笑脸相迎",
        "我想表扬一个人",
        "其他银行都不给办，小王耐心给我办好了，表扬",
        "幫我追回了被騙的錢，太感謝了",
        "不满十分钟就办好了，很专业",
        "我要表扬",
        "非常感谢你们帮我挽回了损失",
        "小赵帮我处理好了扣费的问题，非常感谢",
        "之前对你们不满意，这次服务很好",
        "卡被冻结了，小王当场帮我解冻了，太感谢",
        "理财经理没有忽悠我，给我讲清楚了风险，点赞",
    ],
)
def test_genuine_praise_stays_praise(text: str) -> None:
    assert begun(text, "praise") == "praise"


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("建议你们把多扣的钱退给我", "complaint"),
        ("建议管管柜员，他骂我", "complaint"),
        ("建议你们别忽悠了，我亏了五万", "complaint"),
        ("气死我了，建议你们关门", "complaint"),
        ("建议大厅多放几把椅子", "suggestion"),
        ("上次等了两个小时，建议多开窗口", "suggestion"),
        ("建议不要自动扣年费", "suggestion"),
        ("不是投诉，建议把扣费短信写清楚", "suggestion"),
        ("建议投诉电话多安排几个人", "suggestion"),
        ("建议给客户道歉", "suggestion"),
    ],
)
def test_a_suggestion_is_a_complaint_only_where_it_is_clear(text: str, becomes: str) -> None:
    assert begun(text, "suggestion") == becomes
