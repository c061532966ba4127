"""A message that was taken for a step back, and whether it tells something of the complaint all the same. Pure."""

import re

from casebackend.drafts import phrases
from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.values import Understood

# Said of the answer that is taken back, and no day: 刚才那题答错了.
A_MOMENT_AGO = re.compile(r"刚[刚才材]|刚(?=那|发|答|按|这)|啱啱|啱先|头先|头前")
# What somebody else should do: 让他们退. Nobody says so of a question.
OF_OTHERS = re.compile(
    r"(?:让|叫|要|请)(?:求)?(?:他们?|她们?|你们|银行|贵行|对方|那个?柜员|柜员|经理)|赔|道歉|退(?:钱|款|费|给我|还给我)|还(?:我|钱|给我)|"
    r"给(?:我)?(?:个|一个)?(?:解释|说法|交代)|处[分罚]"
)
PLAIN = frozenset({Field.NAME, Field.PHONE, Field.ID_NUMBER, Field.AMOUNT, Field.OCCURRED_ON, Field.UNIT})


def without_the_moment(text: str) -> str:
    return A_MOMENT_AGO.sub("", text)


def tells(text: str, understood: Understood) -> bool:
    """`understood`: what the form reads in it. Money that is to be given back is a wish: 把钱退回去."""
    if understood.corrected or understood.wrong is not None or phrases.about_money(text) or OF_OTHERS.search(text):
        return True
    return any(name in PLAIN and value.state is FieldState.FILLED for name, value in understood.values.items())
