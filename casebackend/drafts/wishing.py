"""What should be done, as the customer says it. Standard library only."""

import re

from casebackend.drafts import phrases

DEMAND = re.compile(
    r"要求|希望|诉求|退还|退回|退款|退钱|退给我|把钱退|赔偿|赔钱|赔给|补偿|道歉|给个说法|给我个说法|给个交代|给个答复|给我解释|尽快|马上处理|"
    r"把钱(?:都|全)?(?:还|给|退|赔)|补给我|补上|补回|还给我|拿回我|要回我|全额退|退保|(?:还|追|退|赔)我(?:的)?(?:血汗)?钱|追回来|给(?:我)?一个?(?:合理)?的?(?:说法|交代|解释|答复)|给我(?:一个|个)?书面|"
    r"(?:^|请|要|快|赶紧|马上|你们)(?:你们)?(?:把|将)[^，,。]{1,12}(?:退|赔|补(?:回|给|上)|还给|改(?:回|过来|正)|恢复|解冻|撤)|"
    r"(?:必须|请|应该|得)(?:你们)?(?:给我)?(?:处理|解决|撤销|恢复|更正|退|赔|减免)|我(?:就)?(?:想|要)(?:你们)?(?:退|赔|道歉|解释|恢复|减免|撤销|更正)|减免|恢复(?:我的?)?(?:额度|征信)"
)
NOT_DEMAND = re.compile(
    r"没有?(?:给|跟|向|和)?(?:我|我们)?(?:道歉|退|赔|解释|补偿|说法|处理|解决)|不(?:给|跟|向)?(?:我)?(?:道歉|退|赔|给退|肯退|愿意退)|拒绝(?:退|赔|道歉)|才(?:退|赔)"
)
SCOLDS = re.compile(
    r"破(?:机器|系统|东西)|什么(?:破|烂|垃圾)|垃圾|智障|弱智|有病|废话|啰嗦|烦不烦|烦死|问问问|问个没完|听不懂人话|滚"
)
WISH = re.compile(
    r"退|还(?:给|我|钱)|赔|补|道歉|认错|解释|说法|说明|交代|答复|回复|回电|联系|处理|解决|处罚|处分|开除|追|恢复|撤|取消|停|免|降|减|改|更正|"
    r"注销|销户|解冻|解封|换|修|查|要|让|请|希望|想|尽快|马上|赶紧|快|别再|不许|公平|公道|负责|放款|到账|重新|安排|增加|多开|refund|sorry"
)
ONLY_WISH = re.compile(r"(?:我)?(?:就|只)?(?:要|想|让|请|希望|必须|赶紧|快|把|给我|退|赔|道歉|还我)")
# A time, a place or a loss, when nothing is wished.
TOLD = re.compile(
    r"上次|刚才|刚刚|当时|那时|的时候$|(?:扣|少|亏|损失|丢|取|存|转|刷|收|骗)(?:了|走)|(?:骂|推|打|吼)(?:了|我)|没有?(?:人|被)|不是"
)
JOKES = re.compile(r"逗你|开(?:个)?玩笑|哈{3}|嘻嘻")


def only_wishes(text: str) -> bool:
    """要求退钱, and nothing of what happened."""
    said = phrases.NOTHING.sub("", text)
    return len(said) < 12 and bool(ONLY_WISH.match(said)) and bool(DEMAND.search(said)) and not TOLD.search(said)


def is_wish(text: str) -> bool:
    """The answer to what should be done. A question, a time, a place or a loss alone is none."""
    if (
        phrases.is_bare(text)
        or phrases.YES.fullmatch(phrases.NOTHING.sub("", text))
        or JOKES.search(text)
        or phrases.ASKS_WORD.match(text)
    ):
        return False
    if DEMAND.search(NOT_DEMAND.sub("", text)):
        return True
    if SCOLDS.search(text) and not WISH.search(SCOLDS.sub("", text)):
        return False
    return not phrases.asks_back(text) and (bool(WISH.search(text)) or not TOLD.search(text))


def demand(text: str) -> str | None:
    """The clauses that ask for something, from the asking word's clause to the end of its sentence."""
    found: list[str] = []
    if phrases.ASKS_WORD.match(text):
        return None
    for sentence in phrases.SENTENCE_END.split(text):
        clauses = [clause.strip() for clause in phrases.CLAUSE.split(sentence)]
        first = next(
            (place for place, clause in enumerate(clauses) if DEMAND.search(NOT_DEMAND.sub("", clause))),
            None,
        )
        if first is not None:
            found.append(
                "，".join(
                    clause
                    for clause in clauses[first:]
                    if len(phrases.PERSONAL.sub("", phrases.NO_PAPER.sub("", clause))) > 1
                )
            )
    return "；".join(found) or None
