from collections.abc import Sequence

from casebackend.errors import Conflict


class RuleOvertaken(Conflict):
    slug, title = "rule-overtaken", "提出之后规则已另有改动"

    def __init__(self, said: str, changes: Sequence[str]) -> None:
        super().__init__(said, changes=list(changes))
