"""What is said around a story and is none: who one is, that there is something to tell, a choice that was offered.
Standard library only."""

import re

from casebackend.customers.personal import DROPPED

KNOWN = (
    r"(?:你们?|贵行|咱们?|本行|我们|银行|支行|行|这里|这边|家|的|个|一个|一名|一位|名|位|多年|[一二三四五六七八九十\d]+多?年|几|十几|老|新|普通|"
    r"本地|附近|忠实|优质|长期)*"
)
OF_THE_BANK = r"(?:客户|用户|储户|持卡人|会员|顾客|消费者|老百姓)"
TAIL = r"(?:了|啦|啊|呀|吧|呢|哦|的)*"
SECRET = r"(?:密码|口令|验证码|校验码|动态码|安全码|卡背面(?:的)?(?:三位)?数字?|三位数|后三位|cvv2?|CVV2?)"
CLAUSE_OF_ONESELF = re.compile(
    rf"(?:我|俺|本人)?的?(?:银行卡|信用卡|卡|取款|支付|登录|交易|查询|短信|手机银行|网银)*的?{SECRET}+(?:是|为|：|:)?{TAIL}|"
    rf"(?:我|俺|本人)(?:是|就是|也是|一直是)?{KNOWN}{OF_THE_BANK}{TAIL}|"
    r"(?:我|俺|本人)?的?(?:名字|姓名|全名|电话|手机|手机号|联系电话|联系方式|号码|身份证|证件|卡号|账号)(?:号码?)?(?:是|叫|为|：|:)?|"
    r"你好|您好|喂|在吗|请问|"
    r"(?:我|俺|本人|免贵)(?:是|叫|姓|名叫)?(?:先生|女士|小姐)?|"
    r"(?:我|俺|本人)?(?:这里|这边|现在)?(?:是?有|想说|想讲|跟你说|和你说|想问|想反映|要反映|反映)(?:一|两|几|这么|个|件|点|些|下)*"
    r"(?:事|事情|事儿|问题|情况|东西|话)?(?:想|要)?(?:说|讲|问|反映|咨询|找你们?|请教|投诉)?(?:一下|下)?" + TAIL
)
# In the words of bot/domain/responses and bot/lexicon/choices.yml.
NUMBER = r"(?:\s*TS\d{14})?"
CHOICE = re.compile(
    r"我要投诉|提个建议|我要表扬|问一个规定|补充材料|重新投诉|(?:我要)?二次投诉|我的卡被盗刷了|"
    rf"(?:查进度|查询进度|催办|撤诉|补充){NUMBER}|查进度更多[^，,。]*|查进度[，,]?(?:看答复全文|别的渠道登记的)?{NUMBER}|"
    r"重新开始|先不管|接着办|继续填写|不用[，,]?继续填写|不用了|没有了|不用留意|不改了|仍要新建|确定撤诉|不撤了|不投诉了|直接提交|"
    r"确认(?:无误)?提交|确认登记|提交(?:吧|登记)?|重新发送核实码|换个手机号|需要|不需要|没解决|解决了|"
    r"不清楚是哪家|不涉及金额|说不清|记不清了|不提供|今天|昨天|只有我一个人|"
    r"我是(?:本人|继承人|监护人)|我受别人委托|我代表单位|"
    r"改(?:事情经过|诉求|被投诉机构|涉及金额|发生日期|姓名|联系电话|证件号码|投诉人身份|投诉人数|留意事项)"
)
CLAUSE_END = re.compile(r"[。！!？?；;\n，,、~～…\s]+")
ENDS = re.compile(r"^[\s，,。.!！?？~～…]+|[\s，,。.!！?？~～…]+$")


def is_choice(text: str) -> bool:
    """What one of our choices says, and nothing besides: it may be tapped long after it was offered."""
    return bool(CHOICE.fullmatch(ENDS.sub("", text)))


def without_oneself(bare: str) -> str:
    """What is left when the clauses are gone that only say who speaks and that there is something to tell."""
    left = (clause for clause in CLAUSE_END.split(bare.replace(DROPPED, "")) if not CLAUSE_OF_ONESELF.fullmatch(clause))
    return "，".join(clause for clause in left if clause)
