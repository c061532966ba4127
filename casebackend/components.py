"""What operations share: headers, refusals, the ways to say who one is."""

from typing import Any

from casebackend.parameters import Schema

SCHEMAS, HEADERS, ANSWERS = "#/components/schemas/", "#/components/headers/", "#/components/responses/"
REFUSALS = {
    400: "请求不完整：参数、游标或 Idempotency-Key 不正确",
    401: "没有登录",
    403: "没有权限",
    404: "没有找到",
    409: "与现在的状态冲突",
    412: "读取之后有人改动过",
    413: "正文、地址或请求头过长",
    415: "不是 JSON",
    422: "内容不合法",
    428: "缺少 If-Match",
    429: "太频繁，请稍后再试",
    503: "暂时不可用，稍后重试",
}
KEY = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"}
TAG = {"type": "string", "pattern": r'^(\*|(W/)?"\d{1,9}")$'}
PROBLEM: Schema = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("type", "title", "detail")} | {"status": {"type": "integer"}},
    "required": ["type", "title", "status", "detail"],
}


def responses() -> dict[str, Any]:
    return {str(status): _refusal(status, words) for status, words in REFUSALS.items()}


def headers() -> dict[str, Any]:
    return {
        "ETag": {"required": True, "schema": {"type": "string", "pattern": r'^"\d+"$'}},
        "Location": {"required": True, "schema": {"type": "string", "pattern": "^/api/v1/"}},
        "Idempotent-Replayed": {"schema": {"type": "string", "const": "true"}},
        "Retry-After": {"required": True, "schema": {"type": "string", "pattern": r"^\d+$"}},
    }


def _refusal(status: int, words: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": f"{SCHEMAS}Problem"}}}
    found: dict[str, Any] = {"description": words, "content": content}
    return found | ({"headers": {"Retry-After": {"$ref": f"{HEADERS}Retry-After"}}} if status == 503 else {})


def security_schemes() -> dict[str, Any]:
    return {
        "program": {"type": "http", "scheme": "bearer", "description": "程序的令牌"},
        "session": {
            "type": "apiKey", "in": "cookie", "name": "__Host-tingsu",
            "description": "同事的登录会话；改动类请求还要带 X-CSRF-Token 和本站的 Origin。仅本机的演示用 tingsu",
        },
        "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "该会话的令牌，在页面中给出"},
    }  # fmt: skip
