from datetime import date, timedelta

import pytest

from knowledge import ranking
from knowledge.articles import Audience, Kind, load_content
from knowledge.encoder import bundled
from knowledge.ranking import Suggester
from tests.knowledge.sample import TODAY, article

ASKED = {
    "我那张信用卡一年没用过，昨天短信说扣了两百年费，凭什么啊": "biz-annual-fee",
    "我爸的存折里就剩八十多块，每季度都要扣三块钱": "biz-small-account-fee",
    "上个月忘了还，就差十几块零头，利息居然按全部账单算": "biz-card-overdue-interest",
    "想把房贷提前还一部分，约了一个多月都没消息": "biz-early-repayment",
    "凌晨三点手机响了好几下，卡里八千多被人刷走了，我人在家里睡觉": "biz-stolen-card",
    "刚才给房东汇款，账号填错了一个数字，钱打到别人户头上了": "biz-wrong-transfer",
    "当初理财经理拍胸脯说不会亏，现在我二十万只剩十七万": "biz-wealth-loss",
    "去办车贷被拒，说我征信有逾期，可那笔贷款根本不是我办的": "biz-credit-report-dispute",
    "新闻都说利率降了，怎么我的月供一分没少": "biz-loan-rate",
    "每月扣我三块短信通知的钱，我没开过这个": "biz-sms-fee",
    "手机换新的以后你们那个app就登不进去了": "biz-mobile-login",
    "取款机把我的卡吃进去不出来了，网点又下班了": "biz-card-swallowed",
    "在ATM取两千，只吐出来一千七": "biz-atm-short-cash",
    "你们支行就开一个窗口，我等了快三个小时": "biz-branch-queue",
    "有个视频会员一直从我卡里自动扣钱，我没同意过": "biz-direct-debit",
    "工资卡突然转不出去钱，说是被限制交易": "biz-account-restricted",
    "催收的给我同事打电话，弄得全公司都知道我欠钱": "biz-debt-collection",
    "開完戶就天天接到貸款推銷電話，是不是把我資料賣了": "biz-personal-info-leak",
    "投诉都半个多月了还不给个说法，到底几天必须答复": "law-complaint-time-limits",
    "支行给的答复我不认，还能往上找谁": "law-complaint-review",
    "我妈腿脚不方便，我可以代她来投诉吗": "law-complaint-agent-and-heirs",
    "算了我不投诉了，撤了吧": "script-withdrawal",
    "怎么老是机器人，给我转人工": "reg-2022-90-human-line",
}
UNSEEN = {
    "信用卡压根没用过几次，今天看账单有笔年费没人通知我": "biz-annual-fee",
    "老人低保卡里本来就没几个钱，还要扣账户管理的钱": "biz-small-account-fee",
    "出差忘还信用卡两天，收了我四百多利息加违约金": "biz-card-overdue-interest",
    "房子卖了要还清按揭，预约说得等到下个季度": "biz-early-repayment",
    "手机收到验证码后没几分钟卡里一万二就没了": "biz-stolen-card",
    "转账的时候选错了联系人，五千块进了前同事账户": "biz-wrong-transfer",
    "你们推荐的产品净值掉成这样，谁来负责": "biz-wealth-loss",
    "贷款早结清了，征信上还显示未结清": "biz-credit-report-dispute",
    "合同里的利率跟当时口头说的不一样": "biz-loan-rate",
    "没用的短信服务一直扣费，给我停了": "biz-sms-fee",
    "手机银行一打开就闪退": "biz-mobile-login",
    "ATM突然黑屏，我的卡还在里面": "biz-card-swallowed",
    "取款机显示交易成功但一张钱没出来": "biz-atm-short-cash",
    "取个号等到下班都没办成业务": "biz-branch-queue",
    "我从没签过协议，你们凭什么让别人从我账户扣款": "biz-direct-debit",
    "账户莫名被锁，客服说要去柜台核实": "biz-account-restricted",
    "催债的骂我爸妈": "biz-debt-collection",
    "我的贷款信息怎么中介都知道": "biz-personal-info-leak",
    "境外汇款被中间行扣了三十美元": "biz-forex-remittance",
    "大堂那个女的阴阳怪气说我穷": "biz-staff-attitude",
    "银行卡掉出租车上了": "biz-card-lost",
    "投诉以后一般要等几天": "law-complaint-time-limits",
    "爷爷过世了，我能替他追究吗": "law-complaint-agent-and-heirs",
    "客户要延期怎么通知他": "script-delay-notice",
    "被投诉的主任自己来调查合规吗": "policy-recusal",
}
ELSEWHERE = [
    "今天天气怎么样",
    "帮我写一首关于春天的诗",
    "附近哪家火锅好吃",
    "你是谁",
    "红烧肉怎么做才好吃",
    "明天北京到上海的高铁几点",
    "世界杯谁赢了",
    "推荐一部电影",
    "python怎么读文件",
    "哈哈哈哈",
    "我家猫不吃东西了",
    "嗯嗯好的",
    "孩子发烧三十九度",
    "asdfgh",
    "怎么减肥快",
    "周末去哪里爬山",
]


@pytest.fixture(scope="module", params=[True, False], ids=["with the encoder", "without"])
def shipped(request: pytest.FixtureRequest) -> Suggester:
    return Suggester(load_content(), encoder=bundled() if request.param else None)


def ids(suggester: Suggester, text: str, limit: int = 5) -> list[str]:
    return [suggestion.article.id for suggestion in suggester.suggest(text, on=TODAY, limit=limit)]


@pytest.mark.parametrize(("complaint", "entry"), ASKED.items())
def test_a_customer_complaint_suggests_the_entry_about_it(shipped: Suggester, complaint: str, entry: str) -> None:
    assert entry in ids(shipped, complaint, limit=3)


def test_phrasings_that_no_curator_has_seen_mostly_find_their_entry(shipped: Suggester) -> None:
    """Written after the first entries; today's ranking had them in sight. The blind sets are in evaluation/."""
    right = sum(entry in ids(shipped, complaint, limit=3) for complaint, entry in UNSEEN.items())
    assert right >= 0.8 * len(UNSEEN)


def test_what_is_no_business_of_the_bank_mostly_gets_no_suggestion(shipped: Suggester) -> None:
    answered = [text for text in ELSEWHERE if ids(shipped, text)]
    assert len(answered) <= 0.2 * len(ELSEWHERE), answered


@pytest.mark.parametrize("text", ["你是谁", "哈哈哈哈", "附近哪家火锅好吃", "帮我写一首关于春天的诗", "世界杯谁赢了"])
def test_no_good_answer_is_an_answer(shipped: Suggester, text: str) -> None:
    assert ids(shipped, text) == []


@pytest.mark.parametrize("text", ["", " ", "？！", "的了吗", "\ud800", "😀"])
def test_an_empty_message_gets_no_suggestion(shipped: Suggester, text: str) -> None:
    assert ids(shipped, text) == []


def test_every_entry_is_suggested_for_its_own_questions(shipped: Suggester) -> None:
    missed = [
        question
        for entry in load_content()
        for question in entry.questions
        if entry.id not in ids(shipped, question, limit=3)
    ]
    assert missed == []


def test_an_expired_rule_is_never_suggested() -> None:
    suggester = Suggester(
        [article(effective_to=TODAY - timedelta(days=1)), article(id="other", title="催收", questions=())]
    )
    assert ids(suggester, "卡里被扣了年费") == []
    yesterday = suggester.suggest("卡里被扣了年费", on=TODAY - timedelta(days=1))
    assert [suggestion.article.id for suggestion in yesterday] == ["fee"]


def test_a_rule_not_yet_in_force_is_never_suggested() -> None:
    suggester = Suggester([article(effective_from=TODAY + timedelta(days=1))])
    assert ids(suggester, "卡里被扣了年费") == []


def test_only_the_version_in_force_is_suggested() -> None:
    suggester = Suggester([article(version=1), article(version=2, effective_from=date(2026, 6, 1))])
    for day, version in ((date(2026, 5, 31), 1), (date(2026, 6, 1), 2)):
        assert [s.article.version for s in suggester.suggest("卡里被扣了年费", on=day)] == [version]


def test_internal_entries_are_not_suggested_for_customers(shipped: Suggester) -> None:
    text = "被投诉的员工能不能自己处理"
    assert ids(shipped, text)[0] == "policy-recusal"
    outside = shipped.suggest(text, on=TODAY, audience=Audience.EXTERNAL)
    assert all(suggestion.article.audience is Audience.EXTERNAL for suggestion in outside)


def test_suggestions_can_be_kept_to_some_kinds(shipped: Suggester) -> None:
    cases = shipped.suggest("取款机少吐了钱", on=TODAY, kinds=[Kind.CASE])
    assert [suggestion.article.id for suggestion in cases] == ["case-atm-shortage-proved"]
    assert shipped.suggest("取款机少吐了钱", on=TODAY, kinds=[]) == []


def test_a_learned_phrasing_brings_its_entry() -> None:
    suggester = Suggester(load_content())
    slang = "薅羊毛薅到我头上来啦"
    assert ids(suggester, slang) == []
    suggester.learn("biz-sms-fee", slang)
    (first, *_) = suggester.suggest(slang, on=TODAY)
    assert first.article.id == "biz-sms-fee"
    assert first.matched


def test_a_very_large_base_is_asked_without_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [article(), article(id="other", title="催收", questions=())]
    assert Suggester(entries, encoder=bundled()).prepare()
    monkeypatch.setattr(ranking, "MOST_ENCODED", 1)
    large = Suggester(entries, encoder=bundled())
    assert not large.prepare()
    assert ids(large, "卡里被扣了年费") == ["fee"]


def test_learning_for_an_unknown_entry_is_refused(shipped: Suggester) -> None:
    with pytest.raises(KeyError):
        shipped.learn("no-such-entry", "说法")


def test_a_suggestion_says_which_words_spoke_for_it(shipped: Suggester) -> None:
    (first, *_) = shipped.suggest("信用卡的年費扣錯了", on=TODAY)
    assert first.article.id == "biz-annual-fee"
    assert set(first.matched) >= {"信用卡", "年费"}


def test_the_same_question_gets_the_same_answer_whatever_the_order_of_entries() -> None:
    entries = load_content()
    there, back = Suggester(entries), Suggester(entries[::-1])
    for complaint in ASKED:
        assert there.suggest(complaint, on=TODAY) == back.suggest(complaint, on=TODAY)


def test_a_bank_without_entries_has_no_suggestions() -> None:
    assert ids(Suggester([]), "年费") == []


def test_taking_over_changes_answers_as_starting_anew_would() -> None:
    """Ten entries, so that one that is gone is not much of what is held."""
    others = [article(id=f"other-{n}", title=f"第{n}种事情", questions=()) for n in range(10)]
    suggester = Suggester([article(), *others])
    slang = "薅羊毛薅到我头上来啦"
    fresh = article(id="slang", title=slang, questions=())
    assert suggester.update([article(), fresh, *others], [("fee", "年费坑人")])
    assert ids(suggester, slang)[0] == "slang"
    assert ids(suggester, "年费坑人")[0] == "fee"
    assert suggester.update([article(), *others], [("fee", "年费坑人")])
    assert "slang" not in ids(suggester, slang)
    again = article(version=2, effective_from=date(2026, 6, 1), text="新的说法")
    assert suggester.update([article(), again, *others], [("fee", "年费坑人")])
    for day, version in ((date(2026, 5, 31), 1), (date(2026, 6, 1), 2)):
        assert [s.article.version for s in suggester.suggest("年费坑人", on=day, limit=1)] == [version]


def test_what_was_unlearned_or_mostly_replaced_asks_for_a_new_start() -> None:
    suggester = Suggester([article()], [("fee", "年费坑人")])
    assert not suggester.update([article()], [])
    assert not suggester.update([article(id="another")], [("fee", "年费坑人")])
    assert ids(suggester, "年费坑人")[0] == "fee"


def test_the_very_words_of_a_question_bring_its_entry_first() -> None:
    suggester = Suggester(load_content())
    assert ids(suggester, "怎么投诉？")[0] == next(e.id for e in load_content() if "怎么投诉" in e.questions)
