"""How customers write passwords, security codes and one-time codes; group 1 is the secret itself. Read in simplified
script with plain digits."""

import re

JOIN = (
    r"(?:(?:号|码)?[\s“”\"'，,\]】」』》)）]{0,2}(?:我|他|她)?"
    r"(?:就是|设的是|改成了?|改为|输的是|填的是|发的是|是|系|为|叫|：|:|=)?[\s“”\"']{0,2}(?:[2-9]个\d[\s：:,，]{0,2})?)"
)
DAY = r"(?!20\d\d[01]\d[0-3]\d\s?(?:那天|当天|那日|当日|号|日))"
UNIT = rf"(?![\d]*(?:年|月|日|号|次|元|块|位|万|天|分|个|点)){DAY}"
# A few words may stand between: 密码我发你了 837261, 密码就是我生日880123. What follows them is a secret only with a
# digit in it, and no case number, hotline, date or amount.
PAUSE = r"[\s“”\"'，,：:=]"
LET_IN = (
    rf"{PAUSE}{{0,2}}(?:我|已经?|都|刚刚?|刚才|也|的|就|现在|用|设|是){{0,6}}+{PAUSE}{{0,2}}"
    r"(?:(?:发送?|告诉|给|说|报)给?(?:你们?|您)|(?:老公|老婆|孩子|儿子|女儿|他|她)?的?生日|is|was|如下)"
    rf"(?:了|过去?|来|啦|哈|是|的){{0,4}}+{PAUSE}{{0,3}}"
)
NO_SECRET = (
    r"(?![A-Za-z]{0,4}\d{10})(?!(?:9[56]|1[0-2])\d{3}(?!\d))(?!20\d\d[-/.]\d)"
    rf"(?![\d.,]{{1,16}}\s?(?:年|月|日|号|次|元|块|位|万|千|百|天|分|个|点|多|余)){DAY}"
)
WORD = r"(?:密码|口令|[Mm][Ii][Mm][Aa]|[Pp][Ii][Nn]码?|[Pp]assw(?:or)?d)"
# The last three of a card, not of its number, a phone, an order or a paper.
BACK = (
    r"(?:(?<!手机)(?<!电话)卡(?:(?!手机|订单|单号|号|尾|身份|电话)[^\d\n，,。]){0,4}?(?:背面?|[后末])"
    r"|背面?(?:(?!手机|订单|单号|尾|身份|电话)[^\d\n，,。]){0,4}?[后末]?)"
    r"(?:的|最|末|那|后|面|这|上){0,3}[三3][位个](?:数字?|码)?"
)
CODE = r"(?:验证码|校验码|动态码|动态密码|短信码|动态口令|[Oo][Tt][Pp])"
# What was typed or told after its name, some words apart: 他说输入验证码就能退款 我输了 605518.
TOLD = (
    r"[^\d。！!？?\n]{0,24}(?<![没不别])(?:输入?|填|报|念|说|讲|告诉|发|写|收到|俾|畀)"
    r"(?:了|咗|给|俾|畀|过去|的是|他|她|佢|对方|骗子|那人|客服){0,3}+(?:[一二两三四五几\d]遍)?"
    r"[\s，,]{0,2}(?:是|：|:)?[\s“”\"'，,]{0,2}"
)
# 密码不对 qwerty, 密码改了 99887766: what is said of it, a pause, and then the secret itself.
SAID_OF_IT = (
    r"(?:总|[一1]直|还|都|又|也|就){0,2}(?:输入)?(?:不对|不行|不正确|错误|错了|无效|改了|换了|变了|记成|记的|写在|写着|设了|用的)"
    r"[\s，,：:“”\"']{1,3}"
)
LOOKS_SECRET = (
    r"(?=[A-Za-z!@#$%^&*._+~-]{0,20}\d"
    r"|(?!error|login|wrong|please|phone|online|android|password)[a-z]{5,20}(?![A-Za-z]))"
)
# 密码没错啊就是 731902: what is said of it, and then "that is" with figures alone.
HELD_TO = (
    r"(?:没有?(?:输|记|弄|打)?错|没问题|没(?:变|改|换)|是?对的|记得|肯定对|错不了|输(?:的|了)?(?:没错|对的?))"
    rf"(?:啊|呀|的|吧|了|哈|嘛|呢){{0,3}}+{PAUSE}{{0,2}}(?:我)?(?:[1一]直|还|明明)?(?:就是|是|输的是?|填的是?)?{PAUSE}{{0,2}}"
)
# Figures told by how many: 六个八, 四个零加两个一.
COUNTED = (
    r"(?:[1-9]个\d(?!\d*(?:样|起|致|模|月|人|次|天|个|多))[\s,，、]{0,2}(?:再?加上?|和|跟|然后|后面)?[\s,，、]{0,2}){1,4}"
    r"(?:\d(?!个)[\s-]?){0,8}"
)
# The little words of somebody who speaks: 密码啊就那个 2004.
SPOKEN = r"(?:[就也都]?是|设的是?|为|：|:|=|用的是?|那|个|就|嗯|呃|呀|啊|吧|我|的|他|她|[\s，,]){0,6}+"
# A text message in which figures stand is one with a code only when there are six.
SENT = r"(?:短信|信息|消息)(?:上|里面?|中|发来|收到)?(?:的|那|这|个|串){0,3}(?:数字?|码|[六6]位数?)"
SECRETS = (
    re.compile(rf"{WORD}{JOIN}{UNIT}([A-Za-z0-9!@#$%^&*._+~-]{{4,64}})"),
    re.compile(rf"(?:[Cc][Vv][VvNn]2?码?|[Cc][Vv][Cc]2?|安全码|{BACK}|签名栏后?[三3]位(?:数字?)?){JOIN}(\d[\s-]?\d[\s-]?\d(?:[\s-]?\d)?)(?!\d)"),
    re.compile(rf"{CODE}{JOIN}{UNIT}((?:\d[\s-]?){{3,7}}\d)(?!\d)"),
    re.compile(rf"{WORD}{JOIN}{UNIT}((?:\d[\s-]){{3,7}}\d)(?!\d)"),
    re.compile(rf"(?:{CODE}|{WORD}){TOLD}{NO_SECRET}{UNIT}((?:\d[\s-]?){{3,7}}\d)(?!\d|\s?(?:以上|以下|以内|左右))"),
    re.compile(r"(?<![\d])(\d{4,8})(?=[”\"]?(?:就?是|为)?(?:我的?|这个|那个|短信)?(?:的)?(?:验证码|校验码|动态码|密码))"),
    re.compile(rf"(?:密码|口令|[Pp][Ii][Nn]码?|[Pp]assw(?:or)?d){LET_IN}{NO_SECRET}(?=[A-Za-z!@#$%^&*._+~-]{{0,20}}\d)([A-Za-z0-9!@#$%^&*._+~-]{{4,64}})"),
    re.compile(rf"(?:[Cc][Vv][VvNn]2?码?|[Cc][Vv][Cc]2?|安全码|背面[3]位(?:数字?|码)?){LET_IN}{NO_SECRET}(\d{{3,4}})(?!\d)"),
    re.compile(rf"(?:验证码|校验码|动态码|短信码){LET_IN}{NO_SECRET}((?:\d[\s-]?){{3,7}}\d)(?!\d)"),
    re.compile(rf"{WORD}{SAID_OF_IT}{NO_SECRET}{UNIT}{LOOKS_SECRET}([A-Za-z0-9!@#$%^&*._+~-]{{4,64}})"),
    re.compile(rf"{WORD}(?:是|为|：|:)?\s?[\[【「『《(（<]{NO_SECRET}{UNIT}{LOOKS_SECRET}([A-Za-z0-9!@#$%^&*._+~-]{{4,64}})"),
    re.compile(rf"{WORD}{HELD_TO}{NO_SECRET}{UNIT}((?:\d[\s-]?){{3,7}}\d)(?!\d)"),
    re.compile(rf"{WORD}{SPOKEN}({COUNTED})"),
    re.compile(rf"{WORD}{SPOKEN}{NO_SECRET}{UNIT}((?:\d[\s-]?){{3,7}}\d(?:(?:然后)?再?加上?个?\d{{1,4}})?)(?![\d直样起定])"),
    re.compile(rf"{SENT}{JOIN}{NO_SECRET}{UNIT}((?:\d[\s-]?){{5}}\d)(?!\d)"),
    re.compile(r"(?:签名(?:条|栏|处)|卡(?:片)?的?(?:背面|反面)(?!照))[^\d\n，,。页第]{0,8}[\s，,：:]{0,2}(\d[\s-]?\d[\s-]?\d)(?!\d|[\s]?(?:元|块|页|个|次|天|年|月|日|号|点|万|千|百))"),
    re.compile(r"([%][Bb]\d{12,19}\^[^\^\n]{2,26}\^\d{4}[^?\n]{0,80}\??)"),
    re.compile(r"(;\d{12,19}=\d{4,40}\??)"),
)  # fmt: skip
