"""From a name and a password to a desk, and the change of a password. The slow work on passwords stands between two
short transactions, never within one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service as audit
from casebackend.credentials import certificates, factors, queries
from casebackend.credentials.guessing import is_guessable
from casebackend.credentials.model import OldPassword
from casebackend.credentials.rules import faults, is_expired
from casebackend.database import Database, locked
from casebackend.errors import Unauthenticated, Unprocessable
from casebackend.policies.rules import Policy
from casebackend.staff import service as staff
from casebackend.staff import sessions
from casebackend.staff.model import User
from casebackend.staff.passwords import Passwords, Verdict
from casebackend.staff.rules import Outcome, Stage, stage_of


class PasswordRefused(Unprocessable):
    slug, title = "password-refused", "密码不符合要求"

    def __init__(self, wrong: list[str]) -> None:
        super().__init__("新密码：" + "；".join(wrong))


class CurrentWrong(Unauthenticated):
    slug, title = "password-wrong", "当前密码不正确"

    def __init__(self) -> None:
        super().__init__("当前密码不正确，或连续多次未成功已暂停")


class CodeRefused(Unauthenticated):
    """The same sentence for a wrong code, a used one and a locked account."""

    slug, title = "code-refused", "登录未成功"

    def __init__(self) -> None:
        super().__init__("动态口令不正确、已使用过，或连续多次未成功已暂停登录。请等下一个口令再试")


@dataclass(frozen=True, slots=True)
class Door:
    """What every step of a login needs. `key`: for the hashes of what was typed as a login. `certificate`: the
    fingerprint of the one that the browser has shown."""

    database: Database
    passwords: Passwords
    key: str
    address: str
    now: datetime
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """`secret`: for the cookie."""

    secret: str
    stage: Stage
    user: User


async def stage_now(session: AsyncSession, user: User, policy: Policy, *, code: bool) -> Stage:
    """`code`: whether the second factor, if there is one, has still to be shown."""
    enrolled = await queries.is_enrolled(session, user.id)
    asked = not enrolled and bool(policy.totp_roles & set(user.roles))
    return stage_of(
        code=code and enrolled,
        password=user.must_change,
        enrol=asked and not await certificates.of_user(session, user.id),
    )


async def log_in(door: Door, login: str, password: str, *, replaces: str | None) -> Entered:
    now = door.now
    async with door.database.transaction() as session:
        attempt = await staff.begin_attempt(session, key=door.key, login=login, address=door.address, now=now)
    verdict = await _judged(door, attempt, password)
    if not verdict.right:
        async with door.database.transaction() as session:
            await staff.refuse(session, attempt, now=now)
        raise staff.LoginRefused(attempt.policy)
    certificate = await _with_certificate(door, attempt)
    weak = await _wrong_with(door, password, attempt)
    async with door.database.transaction() as session:
        # Whoever binds a certificate (its row names the account) or changes the password ends the open sessions: he
        # waits until this one is there, or is waited for here.
        user = await locked(session, User, attempt.user_id)
        if user is None or not user.active or user.password_hash != attempt.password_hash:
            raise staff.LoginRefused(attempt.policy)
        if certificate is None and await certificates.of_user(session, user.id):
            raise certificates.CertificateRequired
        user.password_hash = verdict.renewed or user.password_hash
        user.must_change = user.must_change or bool(weak) or is_expired(user.password_changed_at, attempt.policy, now)
        stage = await stage_now(session, user, attempt.policy, code=True)
        secret, user = await staff.open_session(
            session,
            attempt,
            replaces=replaces,
            address=door.address,
            now=now,
            stage=stage,
            certificate=certificate,
        )
    return Entered(secret, stage, user)


async def _with_certificate(door: Door, attempt: staff.Attempt) -> str | None:
    """Counted as a wrong password is, so that whoever has found one gains nothing by trying on."""
    if attempt.user_id is None:
        raise staff.LoginRefused(attempt.policy)
    async with door.database.transaction() as session:
        enough, certificate = await certificates.opens(session, attempt.user_id, door.certificate)
        if not enough:
            await staff.refuse(session, attempt, now=door.now)
    if not enough:
        raise certificates.CertificateRequired
    return certificate


async def _judged(door: Door, attempt: staff.Attempt, password: str) -> Verdict:
    """A locked login is not looked at, whatever was typed."""
    return Verdict(False) if attempt.locked else await door.passwords.judge(attempt.password_hash, password)


async def _wrong_with(door: Door, plain: str, attempt: staff.Attempt) -> list[str]:
    """By the rules of today."""
    policy, names = attempt.policy, attempt.names
    return await door.passwords.run(
        lambda: faults(plain, policy, names=names, guessable=is_guessable(plain, names, policy.guesses))
    )


async def enter_code(door: Door, login: str, typed: str, *, secret: str) -> Entered:
    """Wrong codes count as wrong passwords do, and the right password alone does not make them forgotten."""

    async def then(session: AsyncSession, user: User, attempt: staff.Attempt) -> Entered:
        return await _advanced(door, session, user, attempt, secret)

    return await _by_code(door, login, typed, then)


async def _advanced(door: Door, session: AsyncSession, user: User, attempt: staff.Attempt, secret: str) -> Entered:
    """The second factor was shown, or there is none. The last step of a login stands in the log as the login."""
    stage = await stage_now(session, user, attempt.policy, code=False)
    renewed, arrives = await sessions.advance(session, secret, stage, now=door.now)
    await staff.settle(session, attempt, Outcome.OPENED if arrives else Outcome.PASSED)
    return Entered(renewed, stage, user)


async def change_password(door: Door, login: str, current: str, wanted: str, *, secret: str) -> Entered:
    """One's own. All other sessions end; this one goes on under a new secret."""
    now = door.now
    async with door.database.transaction() as session:
        attempt = await staff.begin_attempt(session, key=door.key, login=login, address=door.address, now=now)
    if not (await _judged(door, attempt, current)).right:
        async with door.database.transaction() as session:
            await staff.refuse(session, attempt, now=now)
        raise CurrentWrong
    await _require_good(door, attempt, current, wanted)
    hashed = await door.passwords.hashed(wanted)
    async with door.database.transaction() as session:
        user = await session.get_one(User, attempt.user_id)
        if user.password_hash != attempt.password_hash:
            raise CurrentWrong
        await _replace(session, user, hashed, now=now)
        user.must_change, user.password_changed_at = False, now
        await sessions.end_all_sessions(session, user.id, now=now, but=secret)
        await _noted(session, "password.changed", user, f"staff:{user.login}", now)
        return await _advanced(door, session, user, attempt, secret)


async def _require_good(door: Door, attempt: staff.Attempt, current: str, wanted: str) -> None:
    async with door.database.transaction() as session:
        await staff.settle(session, attempt, Outcome.PASSED)
        most = max(attempt.policy.history - 1, 0)
        old = await queries.old_passwords(session, attempt.user_id, most) if attempt.user_id else ()
    wrong = await _wrong_with(door, wanted, attempt)
    if wanted == current or await door.passwords.is_among(old, wanted):
        wrong.append(f"与最近 {max(attempt.policy.history, 1)} 次用过的密码相同")
    if wrong:
        raise PasswordRefused(wrong)


async def _replace(session: AsyncSession, user: User, hashed: str, *, now: datetime) -> None:
    session.add(OldPassword(user_id=user.id, password_hash=user.password_hash, at=now))
    user.password_hash = hashed


async def confirm_factor(door: Door, login: str, typed: str, *, secret: str) -> tuple[Entered, list[str]]:
    """Also the last step of a login whose role asks for a second factor. Returns the codes on paper."""
    async with door.database.transaction() as session:
        attempt = await staff.begin_attempt(session, key=door.key, login=login, address=door.address, now=door.now)
        user = await session.get_one(User, attempt.user_id)
        codes = await factors.confirm(session, user, typed, now=door.now)
        return await _advanced(door, session, user, attempt, secret), codes


async def remove_own_factor(door: Door, login: str, typed: str, *, secret: str) -> Entered:
    """For a new telephone: a code of the old one is asked, and where the role wants a factor, a new one at once."""

    async def then(session: AsyncSession, user: User, attempt: staff.Attempt) -> Entered:
        await factors.remove(session, user, by=f"staff:{user.login}", now=door.now)
        return await _advanced(door, session, user, attempt, secret)

    return await _by_code(door, login, typed, then)


async def renew_codes(door: Door, login: str, typed: str) -> list[str]:
    async def then(session: AsyncSession, user: User, _: staff.Attempt) -> list[str]:
        return await factors.renew_codes(session, user, now=door.now)

    return await _by_code(door, login, typed, then)


async def _by_code[T](
    door: Door, login: str, typed: str, then: Callable[[AsyncSession, User, staff.Attempt], Awaitable[T]]
) -> T:
    """What is done for a code is counted as a login is, so that nobody may guess here either."""
    done: T | None = None
    async with door.database.transaction() as session:
        attempt = await staff.begin_attempt(session, key=door.key, login=login, address=door.address, now=door.now)
        user = await session.get(User, attempt.user_id) if attempt.user_id else None
        if user and not attempt.locked and await factors.takes(session, user, typed, now=door.now):
            await staff.settle(session, attempt, Outcome.PASSED)
            done = await then(session, user, attempt)
        else:
            await staff.refuse(session, attempt, now=door.now)
    if done is None:
        raise CodeRefused
    return done


async def _noted(session: AsyncSession, event: str, user: User, by: str, now: datetime) -> None:
    await audit.record(session, chain="access", event=event, actor=by, object=f"user:{user.id}", now=now)
