"""Cantonese as it is written and words that are often mistyped, read as the rules write them. For looking at words,
never for keeping them: places in the text are not kept. In simplified script."""

import re

WORDS = {
    "啱啱": "刚刚", "头先": "刚才", "寻日": "昨天", "琴日": "昨天", "听日": "明天", "而家": "现在", "依家": "现在",
    "即刻": "马上", "俾人": "被人", "畀人": "被人", "过数": "转账", "唔": "不", "冇": "没", "嘅": "的", "咗": "了",
    "佢": "他", "喺": "在", "哋": "们", "嚟": "来", "睇": "看", "攞": "拿", "俾": "给", "畀": "给",
    "唔系": "不是",
    "帐户": "账户", "帐号": "账号", "帐上": "账上", "骗纸": "骗子", "诈扁": "诈骗", "被片了": "被骗了",
    "被片走": "被骗走", "挂矢": "挂失",
    "认得": "认识", "晓得": "知道", "闺女": "女儿",
    "遭偷": "被偷", "遭抢": "被抢", "遭骗": "被骗", "遭盗": "被盗", "遭人": "被人",
    "冻洁": "冻结", "盗涮": "盗刷", "被道刷": "被盗刷", "被到刷": "被盗刷",
}  # fmt: skip
WORD = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))


def plain(text: str) -> str:
    return WORD.sub(lambda match: WORDS[match.group()], text)
