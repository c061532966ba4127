"""What may happen to an entry. Standard library only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID
from zlib import crc32


class ArticleStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    APPROVED = "approved"
    PUBLISHED = "published"
    RETURNED = "returned"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


class PhrasingState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RequestState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"


class Step(StrEnum):
    """The last four are the worker's, or follow from another entry."""

    DRAFT = "draft"
    EDIT = "edit"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    CHECK = "check"
    APPROVE = "approve"
    RETURN = "return"
    SCHEDULE = "schedule"
    PUBLISH = "publish"
    VERIFY = "verify"
    DISPUTE = "dispute"
    RETIRE = "retire"
    EXPIRE = "expire"
    RESUME = "resume"


STATUS_NAMES: dict[ArticleStatus, str] = {
    ArticleStatus.DRAFT: "草稿",
    ArticleStatus.SUBMITTED: "待班长初审",
    ArticleStatus.CHECKED: "待主任审批",
    ArticleStatus.APPROVED: "待发布",
    ArticleStatus.PUBLISHED: "已发布",
    ArticleStatus.RETURNED: "已退回",
    ArticleStatus.RETIRED: "已失效",
    ArticleStatus.WITHDRAWN: "已撤回",
}
STEP_NAMES: dict[Step, str] = {
    Step.DRAFT: "起草",
    Step.EDIT: "修改",
    Step.SUBMIT: "提交",
    Step.WITHDRAW: "撤回",
    Step.CHECK: "初审通过",
    Step.APPROVE: "审批通过",
    Step.RETURN: "退回",
    Step.SCHEDULE: "定时发布",
    Step.PUBLISH: "发布",
    Step.VERIFY: "验证无误",
    Step.DISPUTE: "验证有误",
    Step.RETIRE: "失效",
    Step.EXPIRE: "到期",
    Step.RESUME: "恢复",
}
REQUEST_NAMES: dict[RequestState, str] = {
    RequestState.OPEN: "待处理",
    RequestState.DONE: "已更新",
    RequestState.REFUSED: "不采纳",
}

WRITERS = frozenset({"curator"})
CHECKERS = frozenset({"team_lead"})
DIRECTORS = frozenset({"department_head", "approver", "complaint_manager"})
PUBLISHERS = frozenset({"reviewer"})
EVERYBODY = WRITERS | CHECKERS | DIRECTORS | PUBLISHERS

S = ArticleStatus
# (status, step) -> (next status, who may)
FLOW: dict[tuple[ArticleStatus, Step], tuple[ArticleStatus, frozenset[str]]] = {
    (S.DRAFT, Step.EDIT): (S.DRAFT, WRITERS),
    (S.DRAFT, Step.SUBMIT): (S.SUBMITTED, WRITERS),
    (S.DRAFT, Step.WITHDRAW): (S.WITHDRAWN, WRITERS),
    (S.RETURNED, Step.EDIT): (S.RETURNED, WRITERS),
    (S.RETURNED, Step.SUBMIT): (S.SUBMITTED, WRITERS),
    (S.RETURNED, Step.WITHDRAW): (S.WITHDRAWN, WRITERS),
    (S.SUBMITTED, Step.CHECK): (S.CHECKED, CHECKERS),
    (S.SUBMITTED, Step.RETURN): (S.RETURNED, CHECKERS),
    (S.CHECKED, Step.APPROVE): (S.APPROVED, DIRECTORS),
    (S.CHECKED, Step.RETURN): (S.RETURNED, DIRECTORS),
    (S.APPROVED, Step.PUBLISH): (S.PUBLISHED, PUBLISHERS),
    (S.APPROVED, Step.SCHEDULE): (S.APPROVED, PUBLISHERS),
    (S.APPROVED, Step.RETURN): (S.RETURNED, PUBLISHERS),
    (S.PUBLISHED, Step.VERIFY): (S.PUBLISHED, CHECKERS),
    (S.PUBLISHED, Step.DISPUTE): (S.PUBLISHED, CHECKERS),
    (S.PUBLISHED, Step.RETIRE): (S.RETIRED, DIRECTORS),
}
# A version under way: of one entry there is one at a time.
OPEN = frozenset({S.DRAFT, S.SUBMITTED, S.CHECKED, S.APPROVED, S.RETURNED})
OPINION_NEEDED = frozenset({Step.CHECK, Step.APPROVE, Step.RETURN, Step.VERIFY, Step.DISPUTE, Step.RETIRE})
OWN_ONLY = frozenset({Step.WITHDRAW})

# The hands that one version goes through. Nobody lends two of them.
HANDS: dict[Step, str] = {
    Step.DRAFT: "起草",
    Step.EDIT: "起草",
    Step.SUBMIT: "起草",
    Step.CHECK: "初审",
    Step.APPROVE: "审批",
    Step.SCHEDULE: "发布",
    Step.PUBLISH: "发布",
}
NOT_BY_AUTHOR = frozenset({Step.VERIFY, Step.DISPUTE, Step.RETURN})


def steps_for(status: ArticleStatus, roles: Collection[str]) -> list[Step]:
    return [step for (at, step), (_, may) in FLOW.items() if at is status and may & set(roles)]


def taken_hand(step: Step, user: UUID, before: Iterable[tuple[Step, UUID | None]]) -> str | None:
    """What this colleague has already done of the version that bars the step; None when nothing does. Whoever checked
    it verifies it after use; its author does not."""
    hands = {HANDS[done] for done, who in before if who == user and done in HANDS}
    if step in NOT_BY_AUTHOR:
        return "起草" if "起草" in hands else None
    if step not in HANDS:
        return None
    return next(iter(sorted(hands - {HANDS[step]})), None)


# The first level of the tree; below it each house has its own.
BRANCHES = (
    "公众信息", "个人业务", "公司业务", "国际业务", "金融信息", "投诉管理", "疑难解答", "常用", "传阅函",
)  # fmt: skip


class Review(StrEnum):
    """The day on which it was to be looked at again has come; the grace after it is over too."""

    DUE = "due"
    OVERDUE = "overdue"


REVIEW_NAMES: dict[Review, str] = {Review.DUE: "待复核", Review.OVERDUE: "逾期未复核"}


@dataclass(frozen=True, slots=True)
class ReviewTerms:
    """In days. `first`, `spread`: what came with the product is looked at for the first time so long after it came, not
    all at once but spread over so long. `bot`: so long after its day a machine still answers by it; 0: for ever."""

    cycle: int
    first: int
    spread: int
    grace: int
    bot: int = 0


def review_due(article_id: str, seen: date | None, imported: date, terms: ReviewTerms) -> date:
    """`seen`: when it was last verified, or else published here."""
    if seen is not None:
        return seen + timedelta(days=terms.cycle)
    return imported + timedelta(days=terms.first + crc32(article_id.encode()) % terms.spread)


def review_state(due: date, today: date, grace: int) -> Review | None:
    if today < due:
        return None
    return Review.OVERDUE if today > due + timedelta(days=grace) else Review.DUE


def barred_from_bot(due: date, today: date, terms: ReviewTerms) -> bool:
    """A colleague reads the warning on the card; a customer whom a machine answers reads none."""
    return bool(terms.bot) and today > due + timedelta(days=terms.bot)


def was_ended(steps: Iterable[str]) -> bool:
    """`steps` of one version in their order: somebody ended it, and nothing took that back."""
    ends = [step for step in steps if step in (Step.RETIRE, Step.RESUME)]
    return ends[-1:] == [Step.RETIRE]
