"""Guesses at passwords: from one address or from many, at one account or at all. No time passes but the world's."""

from collections import Counter

from casebackend.credentials import service as credentials
from casebackend.credentials.service import Door
from casebackend.staff.passwords import Passwords, Verdict
from casebackend.staff.service import LoginRefused
from tests.casebackend.staff.logins import key
from tests.world import World


class Counting(Passwords):
    """Weak and quick; knows whose passwords were looked at."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_kib=64)
        self.judged = 0

    async def judge(self, hashed: str | None, plain: str) -> Verdict:
        self.judged += 1
        return await super().judge(hashed, plain)


class Attacker:
    """`looked_at`: how many guesses at an account, and from an address, reached the password."""

    def __init__(self, world: World) -> None:
        self.world, self.passwords = world, Counting()
        world.app.ctx.passwords = self.passwords
        self.looked_at: dict[str, Counter[str]] = {"account": Counter(), "address": Counter()}
        self.sent = 0

    async def guess(self, login: str, address: str, password: str = "") -> bool:
        """Whether it opens."""
        self.sent += 1
        before = self.passwords.judged
        door = Door(self.world.database, self.passwords, key(self.world), address, self.world.time)
        try:
            await credentials.log_in(door, login, password or f"guess-{self.sent}", replaces=None)
            opened = True
        except LoginRefused:
            opened = False
        self.world.wait(milliseconds=1)
        if self.passwords.judged > before:
            self.looked_at["account"][login] += 1
            self.looked_at["address"][address] += 1
        return opened

    def most(self, what: str) -> int:
        return max(self.looked_at[what].values(), default=0)
