"""What may happen to an entry. Standard library only."""

from enum import StrEnum


class ArticleStatus(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    APPROVED = "approved"
    PUBLISHED = "published"
    RETURNED = "returned"
    RETIRED = "retired"


class PhrasingState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class RequestState(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
