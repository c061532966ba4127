"""What must not wait for a form: money that is going, a lost card, a stranger who wants money, a life. Read at
the inbox, so that the safety step is said even while the dialogue engine is away."""

import re
from enum import StrEnum

from casebackend.customers.spelling import simplified


class Danger(StrEnum):
    MONEY = "money"
    LIFE = "life"


LONGEST_GAP = 8
LIFE = re.compile(
    r"(?:不想|不愿)(?:再)?活|活不(?:下去|成了)|自杀|自尽|轻生|跳楼(?!价|式|甩|大甩|处理|清仓)|跳河|跳江|割腕|喝农药|了结(?:自己|生命)|结束(?:自己的?)?生命|死给你们?看|想不开|没有?活路|"
    r"(?:我|真|就|好|只|都)的?想死(?!你|您)|活着(?:真|也|都|太|还|就|实在|的){0,3}(?:没有?(?:什么|啥)?|有(?:什么|啥))(?:意思|意义|劲|盼头)|"
    r"同归于尽|(?:砍|捅|杀|弄|打)死(?:你|他|她|那个|人)|杀了(?:你|他|她|那|人)|砍人|杀人|炸(?:了|掉|毁)?(?:你们|银行|支行|网点)|"
    r"(?:放火|一把火)|烧了你们|(?:拿|带|提)(?:着)?(?:刀|汽油)|有人(?:威胁|跟踪)我|人身安全|(?:要|会)(?:打|杀|砍)我"
)
MONEY = re.compile(
    r"盗刷|被盗[用走取转]|盗走|(?:卡|账户|账号|网银|钱|存款)(?:里的钱)?(?:被|让)?人?(?:盗|偷刷)了?|诈骗|骗子|杀猪盘|刷单|安全账户|"
    r"冒充(?:公安|警察|检察|法院|客服|银行|领导|老师)|非本人(?:操作|交易|消费|转账)|"
    rf"不是(?:我|本人)(?:自己|本人)?(?:操作|交易|转|刷|消费|取)|(?:钱|存款|余额|卡[里上]|账[户号]里|账上)"
    rf"[^，,。]{{0,{LONGEST_GAP}}}(?:被(?:别?人)?(?:转走|取走|刷(?:走|掉|了))|不翼而飞)|冒用|盗用(?:我|身份|他人|信息)|"
    r"(?:正|还)?在(?:转|刷|盗)我(?:的|卡)|"
    r"被(?:人|网友|陌生人|网上|电话)?骗(?:了|走|去)?[^，,。]{0,6}(?:钱|元|块|万|千|百|转账|汇款|\d)|"
    r"骗(?:走|去|光|了)了?我[^，,。]{0,6}(?:钱|元|块|万|千|百|积蓄|存款|\d)|"
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
# Anger at the bank, unless a loss is told beside it: 你们就是一群骗子, 你们这是诈骗.
CALLS = r"(?:这|那|不|就|真|简直|纯粹?|全|都|些|帮|群|伙|个|一|家|是|在|搞|属于|等于|跟|和|像|什么|分明|根本|明明)"
ANGER = re.compile(
    rf"(?:你们?(?:银行|支行|行)?{CALLS}{{0,8}}|(?:贵行|银行|支行){CALLS}{{1,8}})(?:诈骗|骗子)"
    r"(?!电话|短信|案|链接|网站|分子|打|给|让|叫|要|加我|联系)|(?:诈骗|骗子)银行(?!卡|账)"
)
TAKEN = re.compile(r"骗(?:走|去|光|了|我)|被骗|[转取刷盗]走|没了|不见|转账|汇款|转钱|打款")


def danger_in(text: str) -> Danger | None:
    said = simplified(text)
    if LIFE.search(said):
        return Danger.LIFE
    if IN_GENERAL.search(said):
        return None
    calm = ANGER.sub("", said)
    said = said if TAKEN.search(calm) else calm
    return Danger.MONEY if any(kind.search(said) for kind in (MONEY, LOST, STRANGER)) else None
