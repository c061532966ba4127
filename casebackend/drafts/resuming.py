"""Going on with a complaint that was left half-way, in whatever words, and no withdrawal of one made before
(继续之前那个投诉, 接着上次的投诉填, 撤回刚才的取消). Every word has to be known; the last of going on and of leaving
decides. Standard library only."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import product

from casebackend.customers.spelling import simplified

LONGEST = 40


class Kind(Enum):
    """What a word does. `OPENS` goes on only with a complaint beside it: 恢复额度 is a demand."""

    GOES_ON = auto()
    OPENS = auto()
    AFTER_ALL = auto()
    LEAVES = auto()
    NOT = auto()
    MISTAKE = auto()
    COMPLAINT = auto()
    WRITES = auto()
    BEFORE = auto()
    HALF_WAY = auto()
    DONE = auto()
    BREAK = auto()
    AROUND = auto()
    UNKNOWN = auto()


_WRITES = ["填写", "填", "写", "弄", "办", "说", "讲", "聊", "录", "登记", "走", "做", "搞", "投"]
_HALF_WAY = [
    *("".join(parts) for parts in product(("没", "没有"), [*_WRITES, "提交", "投诉"], ("完", "好"))),
    *("".join(parts) for parts in product([*_WRITES, "投诉"], ("了一半", "到一半", "一半", "到半截", "了半截"))),
    *("没提交", "没有提交", "没交", "没有交"),
]
_WORDS: dict[Kind, str | Sequence[str]] = {
    Kind.GOES_ON: [*["继续", "接着", "接上", "续上", "续填", "回到"], *(f"{verb}完" for verb in _WRITES)],
    Kind.OPENS: "恢复 打开 调出来 调出 找出来 找回来 找回 接回来 捡起来",
    Kind.AFTER_ALL: "还是",
    Kind.LEAVES: "撤诉 撤回 撤销 撤掉 撤单 撤 取消 放弃 退出 作废 删掉 删除 删 销掉 注销 终止 停止 结束 算了 拉倒",
    Kind.NOT: "不 没 没有 别 不要 不用 不想 不是 不必 不会 不再 不打算 不需要 无需 甭",
    Kind.MISTAKE: "错 误 手滑 不小心 点错 按错 选错 搞错 弄错 误点 误操作",
    Kind.COMPLAINT: "投诉 那份 这份 投诉单 投诉表 草稿 登记表 表格 表 单子 内容 事情 事",
    Kind.WRITES: _WRITES,
    Kind.BEFORE: "之前 上次 上回 刚才 刚刚 前面 原来 先前 以前 昨天 昨晚 前天 前两天 前几天 上周 早上 上午 下午",
    Kind.HALF_WAY: _HALF_WAY,
    Kind.DONE: "了",
    Kind.AROUND: (
        "你好 您好 在吗 喂 嗯 哦 啊 呀 呢 吧 的 嘛 哈 哎 唉 额 呃 麻烦 请 帮 给 我 我们 咱 咱们 你 您 你们 想 要 "
        "打算 准备 需要 希望 可以 能 能不能 可不可以 能否 可否 吗 行吗 好吗 现在 今天 还 就 再 又 先 来 把 将 到 从 "
        "一下 一会 谢谢 那 那个 那件 那张 那条 那次 那就 这 这个 这件 好 好的 行 对 是 不好意思 抱歉 回来 "
        "往下 下去 下来 返 埋 它 个 份 件 着 里 的话 自己 也 住 在 都 其实 直接 赶紧 快 出来 回 去 本来 刚 上 有 然后 "
        "但 但是 不过 后悔 反悔 想通 改主意 想好"
    ),
    Kind.UNKNOWN: "别的 别人 别家 别处 另外 其他 没事 没关系 没用",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in (words.split() if isinstance(words, str) else words)}
_BREAK = re.compile(r"[\s，,。.!！?？~～…、；;：:—\-“”\"'（）()]+")
_WORD = re.compile(f"{_BREAK.pattern}|{'|'.join(sorted(map(re.escape, _KINDS), key=len, reverse=True))}|.", re.DOTALL)
# Cantonese, and what a finger or a recogniser of speech makes of the words that matter.
_SPOKEN = (
    ("唔好", "不要"), ("唔系", "不是"), ("唔", "不"), ("冇", "没"), ("未", "没"), ("嗰", "那"), ("𠮶", "那"),
    ("喺", "在"), ("嘅", "的"), ("咗", "了"), ("喇", "了"), ("啦", "了"), ("佢", "它"), ("谂住", "想"),
    ("諗住", "想"), ("谂", "想"), ("嚟", "来"), ("俾", "给"), ("畀", "给"), ("揾返", "找回"), ("揾回", "找回"),
    ("搵返", "找回"), ("找返", "找回"), ("返去", "回到"), ("返到", "回到"), ("接住", "接着"), ("接著", "接着"),
    ("依家", "现在"), ("而家", "现在"), ("单投诉", "个投诉"),
)  # fmt: skip
_MISTYPED = (
    (re.compile(r"[继既计续记际]+[续序叙绪续]|jixu", re.IGNORECASE), "继续"),
    (re.compile(r"[接借截][着这到]"), "接着"),
    (re.compile(r"[投头偷][诉素述书宿溯]|tousu", re.IGNORECASE), "投诉"),
)
_CLOSE = frozenset({Kind.AROUND, Kind.BEFORE, Kind.COMPLAINT})
_OF_A_COMPLAINT = frozenset({Kind.COMPLAINT, Kind.HALF_WAY})
_NAMED = frozenset({*_OF_A_COMPLAINT, Kind.WRITES, Kind.BEFORE, Kind.LEAVES})
_UNDO = frozenset({"撤回", "撤销", "取消"})
_GOING_ON = frozenset({Kind.GOES_ON, Kind.OPENS})
# 算了继续填吧 goes on; what was begun again is given up by the others: 放弃继续投诉.
_ENDS_ALL = frozenset({"算了", "拉倒"})
# 办完了吗, 办完没有.
_ASKED_OR_TOLD = frozenset({"了", "吗", "没", "没有", "啦"})
# 弄错了我要撤诉: what is wanted now is no mistake.
_WANTS = frozenset(
    {"要", "想", "打算", "需要", "希望", "麻烦", "请", "帮", "能", "能不能", "可以", "可不可以", "能否", "可否"}
)
Word = tuple[Kind, str]


def resumes(text: str) -> bool:
    """The whole message wants to go on with a complaint, or takes back that it was given up. 继续 alone could go on
    with anything."""
    if len(text) > LONGEST:
        return False
    words = _read(text)
    kinds = {kind for kind, _ in words}
    if Kind.UNKNOWN in kinds or not kinds & _NAMED:
        return False
    said = _Said(words, about_a_complaint=bool(kinds & _OF_A_COMPLAINT))
    return said.goes_on()


def _read(text: str) -> list[Word]:
    said = simplified(text)
    for spoken, written in _SPOKEN:
        said = said.replace(spoken, written)
    for mistyped, right in _MISTYPED:
        said = mistyped.sub(right, said)
    found = (each.group() for each in _WORD.finditer(said))
    words = [(Kind.BREAK if _BREAK.match(each) else _KINDS.get(each, Kind.UNKNOWN), each) for each in found]
    following = [*(each for _, each in words), ""][1:]
    return [
        (Kind.UNKNOWN if each.endswith("完") and then in _ASKED_OR_TOLD else kind, each)
        for (kind, each), then in zip(words, following, strict=True)
    ]


class _Said:
    def __init__(self, words: Sequence[Word], *, about_a_complaint: bool) -> None:
        self._words = words
        self._about = about_a_complaint
        self._goes_on = False

    def goes_on(self) -> bool:
        at = 0
        while at < len(self._words):
            kind, _ = self._words[at]
            if kind is Kind.NOT:
                at = self._denied(at)
            elif kind is Kind.LEAVES:
                at = self._left(at)
            elif kind is Kind.AFTER_ALL:
                self._after_all(at)
            elif kind is Kind.GOES_ON or (kind is Kind.OPENS and self._about):
                self._goes_on = not self._by_mistake(at)
            at += 1
        return self._goes_on

    def _next(self, at: int, passing: frozenset[Kind]) -> int:
        """The place of the next word that is none of these."""
        at += 1
        while at < len(self._words) and self._words[at][0] in passing:
            at += 1
        return at

    def _kind(self, at: int) -> Kind:
        return self._words[at][0] if 0 <= at < len(self._words) else Kind.BREAK

    def _denied(self, at: int) -> int:
        """不撤诉 leaves nothing; 不投诉了, 不继续 and 没说要继续 do."""
        then = self._next(at, _CLOSE)
        if self._kind(then) is Kind.WRITES and self._words[then][1] in {"说", "讲"}:
            said = self._next(then, _CLOSE)
            then = said if self._kind(said) in _GOING_ON else then
        if self._kind(then) is Kind.LEAVES:
            return then
        self._goes_on = False
        return then if self._kind(then) in {Kind.GOES_ON, Kind.OPENS, Kind.WRITES} else at

    def _left(self, at: int) -> int:
        """取消错了 and 撤回刚才的取消 take it back, 取消撤诉 leaves nothing, 取消继续投诉 does."""
        after = self._next(at, frozenset({Kind.AROUND, Kind.DONE}))
        if self._kind(after) is Kind.MISTAKE or self._mistaken(at):
            self._goes_on = True
            return at
        then = self._next(at, frozenset({Kind.AROUND, Kind.BEFORE}))
        if self._kind(then) in _GOING_ON and self._words[at][1] not in _ENDS_ALL:
            self._goes_on = False
            return then
        undone = self._words[then][1] if self._words[at][1] in _UNDO and self._kind(then) is Kind.LEAVES else ""
        if undone == "撤诉":
            return then
        self._goes_on = undone == "取消" and then > at + 1
        return then if self._goes_on else at

    def _mistaken(self, at: int, passing: frozenset[Kind] = frozenset({Kind.AROUND, Kind.DONE})) -> bool:
        before = at - 1
        while before >= 0 and self._kind(before) in passing and not self._wants(before):
            before -= 1
        return before >= 0 and self._kind(before) is Kind.MISTAKE

    def _wants(self, at: int) -> bool:
        word = self._words[at][1]
        return word in _WANTS or (word == "给" and at + 1 < len(self._words) and self._words[at + 1][1] == "我")

    def _by_mistake(self, at: int) -> bool:
        """我点错继续投诉了, 继续投诉是误操作."""
        after = self._next(at, frozenset({*_CLOSE, Kind.DONE, Kind.WRITES}))
        return self._kind(after) is Kind.MISTAKE or self._mistaken(at, frozenset({Kind.AROUND}))

    def _after_all(self, at: int) -> None:
        """还是投诉吧: what is done after all."""
        then = self._next(at, frozenset({Kind.AROUND, Kind.BEFORE}))
        if self._kind(then) in {Kind.COMPLAINT, Kind.WRITES, Kind.GOES_ON}:
            self._goes_on = True
