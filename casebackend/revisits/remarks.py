"""What a customer tells besides the answers, and what he answers when asked for words."""

import re

from casebackend.revisits.scores import NO_MORE, POINTS
from casebackend.revisits.speech import GIVE_UP, SKIPPED, Skipped, heard, plain

# 还有，那个柜员态度也不好: said besides, and no answer to whether it helped.
_BESIDES = re.compile(r"^(?:哦|啊|嗯|对了|那)*[，,。\s]*(?:还有|另外|再?补充|对了|顺便|再说一?[下句件])")
_BESIDES_FROM, _TELLS_FROM, LONGEST_WORDS = 8, 12, 2_000
_ANSWER = re.compile(
    r"\d+|[^\w]|解决|处理|搞定|搞掂|弄好|办好|重新|再次|一次|需要|不用|不必|不了|算了|无所谓|随便|当然|必须|肯定|满意|满分|还行|凑合|不错|可以|一般"
    r"|马马虎虎|差不多|就那样|差劲|差评|较差|很差|太差|垃圾|好评|完美|失望|问题|事情|钱?(?:退|到账|收到)[了回来]*|懒得|不想[说评]|不方便|跳过|意见"
)
_FILLER = re.compile(
    r"[点选打按]错|改[成为]|谢谢|感谢|多谢|辛苦|麻烦|不好意思|你们|咱们|大家|这次|这个|那个|觉得|认为|还是|真的|其实|反正|已经|终于|总算|基本|非常|特别|十分|比较|超级?|极其?|一点|有点"
    r"|部分|一半|全部|完全|根本|彻底|目前|现在|上次|但是|不过|就是|ok|okay|yes|no|[我你您给打评选勾个颗分星点的了咗吧啊呀呢哦噢嗯恩嘛啦哈是对好行要就都也还很太挺蛮真那这它就]"
    r"|[没有未不无冇唔别再会能算评分来得于谢一二两三四五六七八九十零百半上下吗么请把被让为和与跟在到里呃哎唉嘿哼]"
)


def words_in(text: str) -> str | Skipped:
    said = plain(text)
    return SKIPPED if not said or NO_MORE.match(said) or GIVE_UP.fullmatch(said) else text.strip()


def only_besides(text: str) -> bool:
    """Something is added; points that are named are an answer all the same."""
    said = plain(text)
    return len(said) >= _BESIDES_FROM and bool(_BESIDES.match(said)) and not POINTS.search(said)


def tells_more(text: str) -> bool:
    """Beside an answer there is more than courtesies and fillers."""
    return bool(_FILLER.sub("", _ANSWER.sub(" ", heard(text))).strip())


def with_more(words: str | None, text: str, *, answered: bool = False) -> str | None:
    """`words` with what was told besides an answer, or in place of one; None where nothing was, or too much.
    `answered`: the text was understood as an answer, so that a short remark beside it counts."""
    told = text.strip()
    if len(plain(text)) < _TELLS_FROM and not only_besides(text) and not (answered and tells_more(text)):
        return None
    together = "；".join([*([words] if words else []), told])
    return together if len(together) <= LONGEST_WORDS else None
