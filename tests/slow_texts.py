"""Everything that reads free text, on texts made to be slow, by CPU time. Run in a child by test_slow_texts."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from casebackend.candidates.marks import What
from casebackend.candidates.redaction import Known, redacted
from casebackend.cases.answers import yes_or_no
from casebackend.cases.words import numbers_in
from casebackend.conversations.danger import danger_in
from casebackend.conversations.rules import chosen, cleaned, for_engine, wordless
from casebackend.customers.personal import tokenise, without_secrets
from casebackend.drafts import parts, plaints, resuming, several, spellings
from casebackend.drafts.amounts import amounts
from casebackend.drafts.dates import occurred_on
from casebackend.drafts.extraction import Reader
from casebackend.drafts.units import named
from casebackend.parties.rules import normalised, right_paper, right_phone
from casebackend.revisits.again import again_in
from casebackend.revisits.remarks import words_in
from casebackend.revisits.scores import score_in
from casebackend.revisits.solved import solved_in
from knowledge.query import parse
from tests.cpu import measured

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
SMALL, LARGE = 16 * 1024, 64 * 1024
QUIET_SECONDS = 0.1
READERS: dict[str, Callable[[str], object]] = {
    "tokenise": tokenise,
    "tokenise an answer": lambda text: tokenise(text, "field.name"),
    "without_secrets": without_secrets,
    "cleaned": cleaned,
    "danger": danger_in,
    "chosen": lambda text: chosen(text, ["是的", "不是"]),
    "for_engine": for_engine,
    "wordless": wordless,
    "yes_or_no": yes_or_no,
    "solved_in": solved_in,
    "score_in": score_in,
    "words_in": words_in,
    "again_in": again_in,
    "numbers_in": numbers_in,
    "amounts": lambda text: amounts(text, asked=True),
    "occurred_on": lambda text: occurred_on(text, NOW),
    "units": named,
    "a story": lambda text: Reader([], NOW).read(text, None, ()),
    "plaint": lambda text: plaints.judged("praise", text, None),
    "swap": spellings.swap,
    "resumes": resuming.resumes,
    "several": lambda text: parts.parts_of(text[: several.LONGEST], (), wishes=True),
    "normalised": normalised,
    "right_phone": right_phone,
    "right_paper": right_paper,
    "search": parse,
    "redacted": lambda text: redacted(
        {"facts": text}, Known({"沈芃苌": (What.STAFF, "工作人员")}, {"朝阳支行": "某支行"})
    ),
}
PIECES = (
    "a", "1", " ", "我", "，", "1-", "a.", "a@a.", "[手机#1]", "“", "密码是", "身份证号码是", "的", "TS", "%B", "我叫",
    "我姓王", "支行", "一共", "国庆节", "11月3号",
)  # fmt: skip


def texts(size: int) -> Iterator[tuple[str, str]]:
    for piece in PIECES:
        yield piece, (piece * (size // len(piece) + 1))[: size - 1] + "x"


def cost(read: Callable[[str], object], text: str, *, times: int = 1) -> float:
    """CPU seconds, the least of so many tries."""
    found = []
    for _ in range(times):
        with measured() as took:
            read(text)
        found += took
    return min(found)


def grows(before: float, after: float, cap: float, growth: float) -> bool:
    return after > cap or after > growth * max(before, QUIET_SECONDS / growth)


def main(cap: float, growth: float) -> None:
    bad = {}
    for name, read in READERS.items():
        read("你好")
        for (piece, small), (_, large) in zip(texts(SMALL), texts(LARGE), strict=True):
            before = cost(read, small)
            if before >= cap / growth:
                before = cost(read, small, times=3)
            after = cost(read, large) if before < cap / growth else cap + before
            if before < cap / growth and grows(before, after, cap, growth):
                before, after = cost(read, small, times=3), cost(read, large, times=3)
            if grows(before, after, cap, growth):
                bad[f"{name} {piece!r}"] = [round(before, 3), round(after, 3)]
                sys.stderr.write(f"{name} {piece!r} {before:.3f} {after:.3f}\n")
    sys.stdout.write(json.dumps({"readers": len(READERS), "texts": len(PIECES), "bad": bad}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]))
