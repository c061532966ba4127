from typing import ClassVar


class DomainError(Exception):
    """A refusal the caller can understand. Anything else is a bug and becomes a 500."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str, **extensions: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extensions = extensions


class BadRequest(DomainError):
    status, slug, title = 400, "bad-request", "请求不完整"


class Unauthenticated(DomainError):
    status, slug, title = 401, "unauthenticated", "请先登录"


class Forbidden(DomainError):
    status, slug, title = 403, "forbidden", "没有权限"


class NotFound(DomainError):
    status, slug, title = 404, "not-found", "没有找到"


class Conflict(DomainError):
    status, slug, title = 409, "conflict", "状态冲突"


class PreconditionFailed(DomainError):
    status, slug, title = 412, "precondition-failed", "内容已被他人修改"


class PreconditionRequired(DomainError):
    status, slug, title = 428, "precondition-required", "缺少 If-Match"


class UnsupportedMediaType(DomainError):
    status, slug, title = 415, "unsupported-media-type", "内容类型不支持"


class Unprocessable(DomainError):
    status, slug, title = 422, "unprocessable", "内容不符合要求"


class Unavailable(DomainError):
    """`retry_after`: in so many seconds it is worth asking again."""

    status, slug, title = 503, "unavailable", "服务暂时不可用"
    retry_after: ClassVar[int] = 60
