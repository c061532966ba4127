"""Nothing that opens a door is compared by `==`: how long that takes says how much of a guess was right."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ("casebackend", "channels", "actions", "knowledge", "bot", "ops")
SECRET = re.compile(
    r"(^|_)(secrets?|tokens?|signatures?|digests?|hmac|mac|otp|totp|passwords?|passwd|csrf|cookie|hashe?s?|hashed|sha256)$"
    r"|(secret|password|code|token)_(hash|key|word)$"
)
# A code is what a dictionary says, but in these rooms it opens.
CODE = re.compile(r"(^|_)(codes?|typed)$")
ROOMS_OF_CODES = ("casebackend/credentials/", "casebackend/staff/", "casebackend/tokens/", "casebackend/access/")
# What is compared there is known to whoever could measure it.
PUBLIC = {
    "casebackend/audit/verifying.py": "a command on the machine itself; it answers to nobody outside",
    "casebackend/backups/manifest.py": "files of a backup against their list, by a command",
    "casebackend/attachments/checking.py": "files against the name they lie under, by a command",
    "casebackend/attachments/service.py": "a file against the hash in its own row",
    "casebackend/audit/anchors.py": "a signed file against the row that names it, by a command",
    "casebackend/people/imports.py": "the operator's own file against the one that he had checked",
    "casebackend/curation/service.py": "the content of an article",
    "casebackend/curation/knowledge_files.py": "the content of our own index against the content of our own database",
    "casebackend/evidence/moving.py": "files against their own row, by a chore",
    "casebackend/idempotency.py": "the caller's own request against his own request",
    "casebackend/people/accounts.py": "whether there is a password at all",
    "casebackend/credentials/service.py": "the stored hash against the stored hash: whether it changed meanwhile",
    "channels/wechat/token.py": "our own token against our own token: whether it was renewed meanwhile",
    "knowledge/index.py": "the content of the articles",
    "ops/wechat_double.py": "a stand-in for the platform, of the demo",
}


def sources() -> Iterator[Path]:
    for program in PROGRAMS:
        for path in sorted((ROOT / program).rglob("*.py")):
            if not {".venv", "__pycache__", "versions"} & set(path.parts):
                yield path


def name_of(node: ast.expr) -> str:
    """The last word of what is compared: `settings.token`, `row["digest"]`, `signature()`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Call(func=called):
            return name_of(called)
        case ast.Await(value=inner):
            return name_of(inner)
    return ""


def is_secret(node: ast.expr, where: str) -> bool:
    name = name_of(node)
    return bool(SECRET.search(name) or (where.startswith(ROOMS_OF_CODES) and CODE.search(name)))


def is_column(node: ast.expr) -> bool:
    """`LoginSession.secret_hash`: the database looks for the hash of what was sent, which nobody can choose."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper()


def compared(text: str, where: str) -> list[str]:
    """Every `==` or `!=` of a secret with anything but a constant or a column."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Compare) or not any(isinstance(each, ast.Eq | ast.NotEq) for each in node.ops):
            continue
        sides = [node.left, *node.comparators]
        innocent = any(isinstance(each, ast.Constant) or is_column(each) for each in sides)
        if any(is_secret(each, where) for each in sides) and not innocent:
            found.append(f"{where}:{node.lineno} {ast.unparse(node)}")
    return found


def test_secrets_are_compared_in_constant_time() -> None:
    places = [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in sources()]
    assert len(places) > 300
    assert [each for where, text in places if where not in PUBLIC for each in compared(text, where)] == []


@pytest.mark.parametrize(
    "guess",
    [
        "sent == settings.token", "token != given", "sign(body) == request.args['signature']", "row['mac'] == mac",
        "user.password_hash == made", "csrf_token(key, secret) == sent", "code_hash == found.code_hash",
        "totp.at(now) == typed", "await wanted_mac() == mac",
    ],
)  # fmt: skip
def test_the_search_sees_what_it_is_for(guess: str) -> None:
    wrapped = f"async def check():\n    return {guess}\n"
    assert compared(wrapped, "casebackend/credentials/service.py")


@pytest.mark.parametrize("right", ["hmac.compare_digest(token, sent)", "token == ''", "Row.token_hash == hashed"])
def test_and_lets_pass_what_tells_nothing(right: str) -> None:
    assert not compared(right, "casebackend/credentials/service.py")
