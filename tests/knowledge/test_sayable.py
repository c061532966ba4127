"""Promises and admissions: found however they are wrapped, and what colleagues say every day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.sayable import Phrase, forbidden, phrases

LISTED = [*phrases().promises, *phrases().admissions]

PROMISES = """
您不用担心我们一定赔 / 不管怎样我们肯定退给您 / 未来三天内我们保证解决 / 我们会全额退款给您 / 这笔费用会退还给您
我们承诺全额退款 / 我们向您承诺三天内解决 / 今天就给您退 / 我们一定会解决 / 我们保证三天内解决
您放心，保证给您退 / 这笔钱一定赔您 / 肯定会退的 / 不用担心，包赔 / 保 证 退 款 / 我們保證退給您
不保证，但一定赔 / 结果出来第一时间告诉您 / 当天就有人联系您 / 马上给您退 / 尽快解决 / 我们保证给您一个说法
本行会退还手续费 / 差额补偿给您 / 结果一定如实告诉您 / 我们不光退款给您还会赔偿 / 没关系我们一定给您办成
无论如何钱都会退给您 / 不出三天我们给您解决 / 我们将把多收的手续费退还 / 利息我给您免了 / 这笔年费我帮您减免
按您要求全额退款 / 我们会把钱追回来给您 / 没有不赔的道理，我们肯定赔 / 百分之百能退 / 退款没问题
您放心，一分钱都不会少您的 / 这事包在我身上 / 绝对会给您一个满意的答复 / 我答应您一定办成 / 未经核实我们也会赔
不用查了，全额退给您 / 您不满意我们就退款 / 不瞒您说我们会退款 / 跟您说实话肯定退 / 如您所愿我们会退
不管查不查我们都给您退 / 本行愿意赔偿您的损失 / 这个损失我们承担 / 不但退还本金还会补偿利息 / 您要求的我们都会退
保\u200b证退款给您 / 我们会开除这名柜员
"""
ADMISSIONS = """
不好意思这是我们的错 / 您没有责任是我行的错 / 确实是我们工作失误 / 是我行系统出错导致的
我们搞错了，责任我们承担 / 这是我行的错 / 责任在 我行 / 这件事我们负全责 / 如果是我们的错我们会改 / 我行违规了
本行承认多收 / 我们的失误 / 让您受委屈了 / 给您添麻烦了 / 是我们没做好 / 您没说错，就是我行柜员操作失误
不瞒您说是系统出了问题导致多扣 / 这不仅是我们的错 / 我们不得不承认过错 / 差错在我们这边，不在您
您说得对是我们的错 / 您说的是我们的错 / 客户经理的过错 / 我们愿意承担全部责任 / 问题出在我们系统
确实多收了您的钱 / 我行工作人员弄错了 / 是我们没有尽到提醒义务 / 我行存在过错 / 是银行系统故障造成的
没错是我们算错了 / 您没有错错在我们 / 不止是我行的责任 / 非常抱歉这是我行的疏忽 / 没有及时通知您是我们的责任
我们的柜员操作失误造成了您的损失 / 这肯定是银行的错 / 和您说实话是我行原因造成的
"""
SAID_EVERY_DAY = """
我们会尽快核实 / 如果核实属实将按规定退还 / 是否退还以核查结果为准 / 我们会尽快为您核实并答复
您要求全额退款的诉求我已记录 / 您的诉求：全额退款 / 您希望我行赔偿损失，我已写进诉求
我会把您的补偿诉求完整登记 / 您提到“保证赔偿”的说法，我们会调查 / 您反映我行多收费用的情况已收到
您认为我们搞错了，我理解您的心情 / 关于客户经理承诺保本一事，我们会调查 / 不能保证 / 无法承诺 / 并不是我们的错
不能保证一定成功 / 我行无法保证收益 / 我现在不能承诺一定退款 / 我不便向您承诺结果 / 我们没有承诺过保本
我行不承诺赔偿 / 我没有权限给您退 / 客服不能擅自答应赔偿 / 我无法替审批部门作出承诺 / 未达到全额退款条件
我行不会退还已产生的利息 / 该费用不会退还 / 是否赔偿要等核查结果 / 会不会赔偿由审批决定 / 退不退给您要看核查结论
能否退还以合同约定为准 / 如属我行责任，将依规处理 / 如因我行原因造成损失，将依法处理
如核实确实多收，会按规定退还给您 / 目前无法确认是否我行责任 / 经核查未发现我行存在违规
目前没有证据表明是我行系统故障造成的 / 并非我行系统故障造成 / 我行并未多收您的费用 / 这不代表我们承认过错
这不是我们的错误吗请核实 / 我们正在核实是否存在操作失误 / 如您操作失误转错账，请先联系收款人
为保证您的资金安全，请勿泄露验证码 / 我们会认真核查，五个工作日内答复您 / 我们一定认真核实 / 我们会第一时间核实
我们争取尽快解决 / 给您带来不便，请您谅解 / 该笔款项已退还给您，请查收 / 我帮您登记退款申请
我给您说一下退款流程 / 还需要您补充凭证才能给您退 / 退款一般三至五个工作日到账 / 请您立即退出登录
请您务必退出其他设备 / 红包退回后会有短信提示 / 手续费符合条件的可以申请减免 / 在承诺的期限内答复您
我行有责任为您保密 / 为您服务是我们的责任 / 保证金可以退回 / 保证人需要到场签字 / 我行违约金标准已公示
一般保证的，先向借款人追索 / 连带责任保证 / 不得宣传或承诺保本保收益 / 不得承诺保本保收益 / 确有错误的予以更正
责任依核查的情况认定 / 核实后按规定答复您 / 如您对处理结果不满意可以申请复核
您可以向监管部门反映，我们不会区别对待 / 核查结果会书面通知您
"""


def sentences(block: str) -> list[str]:
    return [each.strip() for line in block.strip().splitlines() for each in line.split(" / ")]


@pytest.mark.parametrize("said", sentences(PROMISES))
def test_a_promise_is_found_however_it_is_wrapped(said: str) -> None:
    assert forbidden(said).promises


@pytest.mark.parametrize("said", sentences(ADMISSIONS))
def test_an_admission_is_found_however_it_is_wrapped(said: str) -> None:
    assert forbidden(said).admissions


@pytest.mark.parametrize("said", sentences(SAID_EVERY_DAY))
def test_what_a_colleague_says_every_day_is_said_freely(said: str) -> None:
    assert not forbidden(said), forbidden(said).named


@pytest.mark.parametrize("phrase", LISTED, ids=lambda phrase: phrase.say)
def test_every_phrase_is_found_under_its_name(phrase: Phrase) -> None:
    found = forbidden(phrase.say)
    assert phrase.say in found.promises + found.admissions


@pytest.mark.parametrize("phrase", LISTED, ids=lambda phrase: phrase.say)
@pytest.mark.parametrize("before", ["您不用担心", "不管怎样", "不好意思", "没问题", "未来几天", "不瞒您说", "无论如何"])
def test_a_negation_that_denies_something_else_excuses_nothing(before: str, phrase: Phrase) -> None:
    found = forbidden(before + phrase.say)
    assert phrase.say in found.promises + found.admissions


def test_what_was_found_is_named_by_the_list_and_never_by_the_text() -> None:
    found = forbidden("张三您好，我们保证明天把六百元退给您，这是我们的错")
    assert "张三" not in found.named
    assert "六百" not in found.named
    assert "承诺：“我们保证”" in found.named
    assert "认责：“我们的错”" in found.named
    assert set(found.promises + found.admissions) <= {phrase.say for phrase in LISTED}


@given(
    st.text(alphabet=st.sampled_from("我们会不没是您的错退给保证承诺责任，。 如果核实属"), max_size=60)
    | st.text(max_size=200)
)
def test_any_text_is_read(text: str) -> None:
    assert bool(forbidden(text)) is bool(forbidden(text).named)
