import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from casebackend.errors import Unavailable

AT_ONCE = 1
WAITING = 16


class TooManyLogins(Unavailable):
    slug, title = "too-many-logins", "登录繁忙"

    def __init__(self) -> None:
        super().__init__("登录人数较多，请稍后再试")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`renewed`: a new hash, where the stored one was made with other parameters than today's."""

    right: bool
    renewed: str | None = None


class Passwords:
    """argon2id off the event loop. An unknown user costs the same work as a known one."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody: str | None = None

    def hash(self, plain: str) -> str:
        """For commands; a request awaits `hashed`."""
        return self._hasher.hash(plain)

    async def hashed(self, plain: str) -> str:
        return await self.run(lambda: self._hasher.hash(plain))

    async def verify(self, hashed: str | None, plain: str) -> bool:
        return (await self.judge(hashed, plain)).right

    async def judge(self, hashed: str | None, plain: str) -> Verdict:
        return await self.run(lambda: self._judged(hashed, plain))

    async def is_among(self, hashes: Sequence[str], plain: str) -> bool:
        return await self.run(lambda: any(self._matches(each, plain) for each in hashes))

    async def run[T](self, work: Callable[[], T]) -> T:
        """One after the other, and only so many may wait: a flood of logins must not stop the desk."""
        if self._waiting >= WAITING:
            raise TooManyLogins
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _judged(self, hashed: str | None, plain: str) -> Verdict:
        right = self._matches(hashed, plain)
        if not right or hashed is None or not self._hasher.check_needs_rehash(hashed):
            return Verdict(right)
        return Verdict(right, self._hasher.hash(plain))

    def _matches(self, hashed: str | None, plain: str) -> bool:
        """An account without a password yet costs as much as any other, too."""
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody has this password")
        try:
            self._hasher.verify(hashed or self._nobody, plain)
        except InvalidHashError:
            return self._matches(None, plain)
        except VerificationError:
            return False
        return hashed is not None
