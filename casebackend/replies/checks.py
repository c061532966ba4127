"""What may be kept to be said again and again: the checks of ready replies, before anybody relies on it."""

import unicodedata

from casebackend.assist import wording
from casebackend.customers import personal
from casebackend.replies.errors import ReplyNotSayable
from casebackend.replies.rules import NUMBER
from knowledge import sayable


def require_sayable(title: str, text: str) -> None:
    """All problems at once."""
    whole = f"{title}\n{text}"
    problems = [*_places(text), *_said(whole)]
    if wording.PLACE.search(title) or any(brace in title for brace in "{}"):
        problems.append("标题中不能用变量")
    if problems:
        raise ReplyNotSayable(problems)


def _places(text: str) -> list[str]:
    names = [name for name, _ in wording.PLACE.findall(text)]
    found = [f"第{place}个变量不可用" for place, name in enumerate(names, 1) if name not in wording.VARIABLES]
    if any(brace in wording.PLACE.sub("", text) for brace in "{}"):
        found.append("花括号不成对，或变量名过长")
    if found:
        found.append(f"可用的变量：{'、'.join(wording.VARIABLES)}")
    return found


def _said(whole: str) -> list[str]:
    problems = []
    if refused := sayable.forbidden(whole):
        problems.append(f"不能对客户这样说（{refused.named}）")
    seen = personal.tokenise(whole)
    if seen.values or seen.secret_dropped or seen.text != whole:
        problems.append("含有姓名、号码等个人信息，请删去或改用变量")
    elif NUMBER.search(unicodedata.normalize("NFKC", whole)):
        problems.append("含有电话号码或长数字，请删去或改用变量")
    return problems
