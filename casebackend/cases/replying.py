"""What the answer to a matter says, and which ways it has to leave open: each matter its own."""

from collections.abc import Sequence

from casebackend.api.cases import MoveCase
from casebackend.cases.model import Case
from casebackend.errors import Unprocessable
from casebackend.matters.catalogue import catalogue
from casebackend.matters.rules import Matter
from casebackend.notifications.words import words

REVIEW, REMEDIES, DECISION = "核查", "reply_remedies", "reply_decision"
# What stands in no template of its own where the matter does not ask for it; said all the same where somebody wrote it.
BESIDES = (DECISION, "reply_basis", REMEDIES)


class RemediesIncomplete(Unprocessable):
    slug, title = "remedies-incomplete", "救济途径不完整"

    def __init__(self, ways: Sequence[str], *, review: bool) -> None:
        above = "，并写明可在30日内向上级机构申请核查" if review else ""
        super().__init__(f"请写明{'、'.join(ways)}{above}", fields=[REMEDIES])


class NoReviewAbove(Unprocessable):
    slug, title = "no-review-above", "总行的决定没有核查途径"

    def __init__(self) -> None:
        super().__init__("核查只适用于分支机构的处理决定，请删去“申请核查”", fields=[REMEDIES])


class NoReviewOfMatter(Unprocessable):
    slug, title = "no-review-of-matter", "该类事项没有核查途径"

    def __init__(self, matter: str) -> None:
        super().__init__(f"核查只适用于消费投诉，答复“{matter}”时请删去“申请核查”", fields=[REMEDIES])


def _matter(case: Case) -> Matter:
    return catalogue().matters[case.matter_type]


def require(case: Case, command: MoveCase, *, by_branch: bool) -> None:
    matter, said = _matter(case), command.reply_remedies or ""
    reviewed = matter.reviewed and by_branch
    if not all(way in said for way in matter.remedies) or (reviewed and REVIEW not in said):
        raise RemediesIncomplete(matter.remedies, review=reviewed)
    if f"申请{REVIEW}" in said and not reviewed:
        raise NoReviewAbove if matter.reviewed else NoReviewOfMatter(matter.label)


def text(case: Case, command: MoveCase) -> str:
    """As the customer reads it, in the words of the matter. What holds no decision does not speak of a result."""
    given = {name: (getattr(command, name) or "").strip() for name in ("reply_facts", *BESIDES)}
    wanted = _matter(case).answer
    undecided = "_undecided" if DECISION in wanted and not given[DECISION] else ""
    found = [words(f"case_reply_{case.matter_type}{undecided}", number=case.number, **given)]
    found += [words(f"case_{name}", **given) for name in BESIDES if given[name] and name not in wanted]
    return "\n".join(found)


def offered(matter_type: str, *, by_branch: bool) -> str:
    """The remedies as the console proposes them; empty for what needs none."""
    matter = catalogue().matters[matter_type]
    name = (matter.offers_of_branch if by_branch else None) or matter.offers
    return words(name) if name else ""
