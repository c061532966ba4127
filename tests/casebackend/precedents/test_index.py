"""Which earlier complaint is like this one: twenty pairs told twice, each by another customer in other words."""

from uuid import UUID

import pytest

from casebackend.precedents.index import Index, Told

# What was told first, and what somebody else tells of the same kind of thing later.
PAIRS = (
    ("柜台重复扣收信用卡年费，柜员解释不清", "刷卡次数早就够了，银行还是收了我两次卡片年费"),
    ("ATM取款时没有吐钞，账户却被扣了款", "自动柜员机没出钱，余额倒少了，查了半天没有结果"),
    ("提前还房贷排队几个月，还要收违约金", "想把按揭一次结清，预约一直排不上，说要交违约金"),
    ("信用卡被盗刷，银行不肯承担", "卡在我手里，半夜被人在境外刷走了钱，要求退回盗刷的款"),
    ("买理财时说保本，到期亏损", "客户经理口头保证收益，产品到期本金都亏了"),
    ("没有申请过贷款，征信上却有逾期记录", "征信报告里有一笔不是我借的款，还显示逾期，请更正"),
    ("催收人员频繁打电话给家人和单位", "外包催收天天骚扰我亲戚，语言很凶"),
    ("手机银行转账错转给陌生人，要求追回", "转钱时填错了账号，希望银行帮忙找对方要回来"),
    ("账户被限制非柜面交易，工资取不出来", "我的卡突然只能在柜台办业务，发的工资用不了"),
    ("网点排队两小时，只开一个窗口", "大厅人很多，叫号等了整个上午，窗口大多关着"),
    ("柜员态度恶劣，当众训斥老人", "窗口的工作人员说话难听，对老年人很不耐烦"),
    ("购买保险被误导为存款，要求退保", "存定期变成了保险单，当时没人告诉我是保险，想全额退保"),
    ("短信服务费未经同意开通并扣费", "没有签过短信提醒，每个月都被扣服务费"),
    ("信用卡分期手续费比宣传的高", "办分期时说费率很低，账单上的手续费高出许多"),
    ("销户时被要求去开户网点办理，异地不给办", "人在外地想注销这张卡，网点说必须回开户行"),
    ("假币收缴没有出具凭证", "存款时说有一张假钞，没收了也不给收缴单"),
    ("个人信息泄露，接到冒充银行的诈骗电话", "刚办完业务就有骗子打来，连我的开户信息都知道"),
    ("二维码收款到账延迟，商户货款没有入账", "店里的收款码收的钱第二天还没到账"),
    ("大额存单到期没有自动转存，损失利息", "存单到期后按活期算利息，没有自动续存也没通知"),
    ("继承人取已故父亲存款，被要求反复开证明", "家里老人去世了，取他的存款跑了好几趟，证明总说不够"),
)


@pytest.fixture(scope="module")
def index() -> Index:
    made = Index()
    made.add(Told(UUID(int=n), 1, "银行卡", "因服务引起的投诉", told) for n, (told, _) in enumerate(PAIRS))
    return made


def test_of_twenty_stories_told_twice_most_are_found_first_and_nearly_all_among_five(index: Index) -> None:
    ranks = []
    for place, (_, later) in enumerate(PAIRS):
        found = [each.candidate_id.int for each in index.like(later, category=None, cause=None, most=5)]
        ranks.append(found.index(place) if place in found else None)
    assert sum(rank == 0 for rank in ranks) >= 16, ranks
    assert sum(rank is not None for rank in ranks) >= 18, ranks


def test_what_has_only_everyday_words_in_common_is_not_like_it(index: Index) -> None:
    assert index.like("今天天气不错，我想去公园散步喝茶", category=None, cause=None, most=5) == []
    assert index.like("", category=None, cause=None, most=5) == []


def test_of_two_that_are_as_like_the_one_about_the_same_business_comes_first() -> None:
    made = Index()
    made.add(
        Told(UUID(int=n), 1, business, "因定价收费引起的投诉", "重复扣收年费") for n, business in enumerate("甲乙")
    )
    first = made.like("年费重复扣收", category="乙", cause=None, most=2)
    assert [each.candidate_id.int for each in first] == [1, 0]


def test_what_went_is_passed_over_and_what_changed_is_read_anew() -> None:
    made = Index()
    made.add([Told(UUID(int=1), 1, "甲", "乙", "重复扣收年费"), Told(UUID(int=2), 1, "甲", "乙", "自动柜员机吞卡")])
    made.keep({UUID(int=2)})
    assert made.like("重复扣收年费", category=None, cause=None, most=5) == []
    made.add([Told(UUID(int=1), 2, "甲", "乙", "理财亏损")])
    assert made.versions() == {UUID(int=1): 2, UUID(int=2): 1}
    assert [each.candidate_id.int for each in made.like("理财产品亏损", category=None, cause=None, most=5)] == [1]
    assert not made.worn
