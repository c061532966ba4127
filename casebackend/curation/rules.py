"""What may happen to an entry. Standard library only."""

from enum import StrEnum


class ArticleStatus(StrEnum):
    PUBLISHED = "published"
    RETIRED = "retired"
