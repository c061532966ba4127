import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from casebackend.errors import Unavailable

AT_ONCE = 1
WAITING = 16


class TooManyLogins(Unavailable):
    slug, title = "too-many-logins", "登录繁忙"

    def __init__(self) -> None:
        super().__init__("登录人数较多，请稍后再试")


class Passwords:
    """argon2id off the event loop. An unknown user costs the same work as a known one."""

    def __init__(self, *, time_cost: int = 3, memory_kib: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody: str | None = None

    def hash(self, plain: str) -> str:
        return self._hasher.hash(plain)

    async def verify(self, hashed: str | None, plain: str) -> bool:
        if self._waiting >= WAITING:
            raise TooManyLogins
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._matches, hashed, plain)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _matches(self, hashed: str | None, plain: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody has this password")
        try:
            self._hasher.verify(hashed or self._nobody, plain)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None
