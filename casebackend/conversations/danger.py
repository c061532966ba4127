"""What must not wait for a form: money that is going, a lost card, a stranger who wants money, a life. Standard library
only. Read at the inbox, so that the safety step is said even while the dialogue engine is away."""

import re
from enum import StrEnum


class Danger(StrEnum):
    MONEY = "money"
    LIFE = "life"


LONGEST_GAP = 8
LIFE = re.compile(
    r"(?:不想|不愿)(?:再)?活|活不(?:下去|成了)|自杀|自尽|轻生|跳楼|跳河|跳江|割腕|喝农药|了结(?:自己|生命)|结束(?:自己的?)?生命|死给你们?看|"
    r"同归于尽|(?:砍|捅|杀|弄|打)死(?:你|他|她|那个|人)|杀了(?:你|他|她|那|人)|砍人|杀人|炸(?:了|掉|毁)?(?:你们|银行|支行|网点)|"
    r"(?:放火|一把火)|烧了你们|(?:拿|带|提)(?:着)?(?:刀|汽油)|有人(?:威胁|跟踪)我|人身安全|(?:要|会)(?:打|杀|砍)我"
)
MONEY = re.compile(
    r"盗刷|被盗[用走取转]|盗走|(?:卡|账户|账号|网银|钱|存款)(?:里的钱)?(?:被|让)?人?(?:盗|偷刷)了?|诈骗|骗子|杀猪盘|刷单|安全账户|"
    r"冒充(?:公安|警察|检察|法院|客服|银行|领导|老师)|非本人(?:操作|交易|消费|转账)|"
    rf"不是(?:我|本人)(?:自己|本人)?(?:操作|交易|转|刷|消费|取)|(?:钱|存款|余额)[^，,。]{{0,{LONGEST_GAP}}}(?:被人?转走|被人?取走|不翼而飞)|"
    r"(?:正|还)?在(?:转|刷|盗)我(?:的|卡)|"
    r"被(?:人|网友|陌生人|网上|电话)?骗(?:了|走|去)?[^，,。]{0,6}(?:钱|元|块|万|千|百|转账|汇款|\d)|"
    r"(?:网上|电话里|短信里|链接)[^，,。]{0,8}被?骗"
)
LOST = re.compile(
    r"(?:银行卡|信用卡|储蓄卡|借记卡|存折|钱包|(?<!刷)卡|[uU]盾|手机)(?:刚刚?|好像|可能|也|不小心)?(?:弄|搞)?(?:丢了|丢失|掉了|遗失|被偷|不见了|找不到了)|"
    r"丢(?:了|失)(?:一张|张|我的?)?(?:银行|信用|储蓄)?卡|(?:紧急|马上|赶紧|立即|快|我要|想要|帮我|怎么|申请)(?:办理?)?(?:口头)?挂失"
)
STRANGER = re.compile(
    r"(?:有人|有个人|陌生人|对方|网友|自称[^，,。]{1,8}|公安|警察|检察院|领导|微信好友)[^，,。]{0,6}(?:让|叫|要|要求|教|催|逼)我"
    r"[^，,。]{0,10}(?:转账|汇款|转钱|打钱|打款|转到|转过去|验证码|密码|屏幕共享|共享屏幕|取现|贷款)"
)
# Asked in general, or done with: 挂失要多少钱, 银行卡丢了以后补卡收费.
IN_GENERAL = re.compile(r"(?:补卡|挂失)(?:的)?(?:费|收费|要多少|手续费|工本费)|防(?:范)?(?:电信)?诈骗|反诈")


def danger_in(text: str) -> Danger | None:
    if LIFE.search(text):
        return Danger.LIFE
    if IN_GENERAL.search(text):
        return None
    return Danger.MONEY if any(kind.search(text) for kind in (MONEY, LOST, STRANGER)) else None
