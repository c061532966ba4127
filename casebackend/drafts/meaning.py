"""What a message says whatever it was taken for. Standard library only."""

import re
from datetime import datetime

from casebackend.customers.spelling import simplified
from casebackend.drafts import phrases
from casebackend.drafts.amounts import amount
from casebackend.drafts.dates import occurred_on
from casebackend.drafts.facts import ANY_TOKEN

NUMBERED = re.compile(r"\[(?:手机|证件)#[1-9]\d{0,3}\]")
# 取消分期, 撤销这笔转账, 注销信用卡: what should be done with something of the bank's.
OF_THE_BANK = (
    r"分期|贷款|保险|理财|基金|定投|年费|短信|业务|服务|扣款|扣费|代扣|签约|绑定|协议|合同|信用卡|储蓄卡|借记卡|银行卡|附属卡|副卡|[这那]张卡|我的卡|账户|账号|额度|"
    r"授权|自动|交易|转账|汇款|订单|手续费|管理费|收费|费用|罚息|违约金|处罚|冻结|限制|限额|会员|套餐|通知|提醒|产品|预约|还款|不良|逾期|记录|担保|抵押|质押"
)
TAKES_BACK = re.compile(
    rf"(?:取消|撤销|撤掉|退掉|退订|停掉|关掉|关闭|终止|解除|注销|作废)(?:掉|了)?[^，,。；;！!？?]{{0,6}}?(?:{OF_THE_BANK})|"
    rf"(?:把|将)[^，,。；;！!？?]{{0,8}}(?:{OF_THE_BANK})[^，,。；;！!？?]{{0,4}}(?:取消|撤销|撤掉|退掉|停掉|关掉|终止|解除|注销|作废)"
)
GIVES_UP = re.compile(
    r"取消|撤|放弃|退出|算了|拉倒|作罢|不(?:想|要|打算|再|用)?(?:再)?(?:投诉|办|弄|填|登记|提交|写|说|继续|搞)"
)
OF_THE_COMPLAINT = re.compile(r"投诉|登记|填写|草稿|这[份个](?:单子|表)|不(?:办|弄|填|提交)了|算了|拉倒")


def tells(text: str, now: datetime) -> bool:
    """A value of a form stands in it: an amount, a day, a phone, a paper."""
    said = ANY_TOKEN.sub("，", simplified(text))
    return bool(NUMBERED.search(text)) or amount(said) is not None or occurred_on(said, now) is not None


def keeps(text: str) -> bool:
    """Nothing is given up: something of the bank's should be taken back, or something is only asked."""
    said = simplified(text)
    if TAKES_BACK.search(said):
        return not OF_THE_COMPLAINT.search(said)
    return phrases.asks_back(said) and not GIVES_UP.search(said)
