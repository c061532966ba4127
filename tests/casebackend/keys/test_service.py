"""Changing keys: nothing is lost, nothing stays under the old key, whatever happens meanwhile."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, update

from casebackend import failpoints
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.customers.vault import Vault
from casebackend.keys import commands, service
from casebackend.keys.registry import SEALED
from casebackend.parties.model import Party
from tests.casebackend.keys.builders import NEW, OLD, filled
from tests.casebackend.staff.logins import staff
from tests.world import TOKENS, World


def held(world: World, keys: str, index: str | None = None) -> Vault:
    """From now on the programs of this world hold these keys."""
    vault = Vault(keys, index)
    for sessions in (world.database._sessions, world.database._readings):
        sessions.kw["info"]["vault"] = vault
    return vault


async def values(world: World) -> dict[tuple[str, str, str], str]:
    """Everything that is sealed, opened."""
    found = {}
    async with world.database.reading() as session:
        for place in SEALED:
            table = service._table(place)
            identity, column = table.c[place.row], table.c[place.column]
            for row, sealed in await session.execute(select(identity, column).where(column.is_not(None))):
                plain = customers.vault(session).open(place.table, place.column, row, sealed)
                found[place.table, place.column, str(row)] = plain
    return found


async def left(world: World) -> int:
    async with world.database.reading() as session:
        return sum(each.left for each in await service.standing(session))


async def owner(world: World, phone: str) -> Customer | None:
    async with world.database.transaction() as session:
        return await customers.found(session, name=None, phone=phone, id_number=None)


async def test_after_a_rotation_every_value_stands_under_the_new_key_and_reads_as_before(world: World) -> None:
    await filled(world)
    before, known = await values(world), await owner(world, "13800138000")
    assert known is not None
    held(world, f"{NEW},{OLD}")
    assert await left(world) == len(before)
    done = await service.rotate(world.database)
    assert (done.resealed, done.reindexed, done.lost, await left(world)) == (len(before), 0, set(), 0)
    held(world, f"sm4:{NEW},{NEW},{OLD}")
    assert (await service.rotate(world.database)).resealed == len(before)
    assert await values(world) == before
    again = await owner(world, "13800138000")
    assert again is not None
    assert again.id == known.id
    assert (await service.rotate(world.database)).resealed == 0


async def test_an_index_key_frees_the_oldest_data_key_and_customers_are_found_all_the_while(world: World) -> None:
    number = await filled(world)
    known = await owner(world, "13800138000")
    assert known is not None

    async def found() -> bool:
        other = await owner(world, "13800138000")
        async with await staff(world, "lead") as lead:
            asked = {"conditions": {"phone": ["13800138000"]}, "purpose": "identity"}
            listed = await lead.post("/api/v1/cases/search", json=asked)
        assert listed.status_code == 200, listed.text
        numbers = [each["number"] for each in listed.json()["items"]]
        return other is not None and other.id == known.id and number in numbers

    assert await found()
    first, second = OLD, NEW
    for index in (first, f"{second},{first}"):
        held(world, f"{NEW},{OLD}", index)
        assert await found()
        assert (await service.rotate(world.database)).reindexed > 0
        assert await found()
        assert await left(world) == 0
    before = held(world, NEW, second)
    assert await found()
    async with world.database.reading() as session:
        indexes = await session.scalars(select(Party.phone_index).where(Party.phone_index.is_not(None)))
        assert {each[:4] for each in indexes if each} == {before.index_prefix}


async def test_a_value_that_is_written_meanwhile_is_not_overwritten(world: World) -> None:
    await filled(world)
    held(world, f"{NEW},{OLD}")
    place = next(each for each in SEALED if (each.table, each.column) == ("customers", "name_enc"))
    async with world.database.transaction() as session:
        rows = await service._stale(session, place, None)
        vault, row = customers.vault(session), rows[0][0]
        mine = vault.seal("customers", "name_enc", row, "改名后")
        await session.execute(update(Customer).where(Customer.id == row).values(name_enc=mine))
        await service._renew(session, place, rows, service.Rotation())
    assert (await values(world))["customers", "name_enc", str(row)] == "改名后"


async def test_a_value_that_no_key_opens_is_named_and_everything_else_goes_on(world: World) -> None:
    await filled(world)
    async with world.database.transaction() as session:
        first = (await session.scalars(select(Customer).order_by(Customer.id))).first()
        assert first is not None
        first.name_enc = str(first.name_enc)[:-8] + "AAAAAAA="
    held(world, f"{NEW},{OLD}")
    done = await service.rotate(world.database)
    assert done.lost == {("customers", "name_enc", str(first.id))}
    assert await left(world) == 1


async def test_a_rotation_that_dies_in_a_batch_goes_on_where_it_was(world: World) -> None:
    await filled(world)
    before = await values(world)
    held(world, f"{NEW},{OLD}")
    for batch in (1, 2, 3):
        failpoints.arm("keys.mid_batch", f"raise@{batch}")
        with pytest.raises(failpoints.InjectedFault):
            await service.rotate(world.database)
        failpoints.disarm()
        assert await values(world) == before
    await service.rotate(world.database)
    assert (await left(world), await values(world)) == (0, before)


async def test_the_command_of_the_operator_survives_a_kill(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a process of its own, beside a web process that writes. bench/keys.py does it with 100,000 rows."""
    await filled(world)
    before = await values(world)
    environment = os.environ | {
        "TINGSU_DATABASE_URL": world.settings.database_url, "TINGSU_VAR_DIR": str(tmp_path),
        "TINGSU_DATA_KEY": f"{NEW},{OLD}", "TINGSU_AUDIT_KEY": OLD, "TINGSU_SESSION_KEY": "session-key-for-tests",
        "TINGSU_FAILPOINTS": "keys.mid_batch=kill@3",
        **{f"TINGSU_TOKEN_{name.upper()}": token for name, token in TOKENS.items()},
    }  # fmt: skip

    command = [sys.executable, "-m", "casebackend", "keys", "rotate"]
    killed, _ = await asyncio.gather(
        asyncio.to_thread(subprocess.run, command, env=environment, check=False),
        world.says("电话13700137000", sender="customer-3"),
    )
    assert killed.returncode == -9
    held(world, f"{NEW},{OLD}")
    assert 0 < await left(world) < len(before) + 1
    assert await commands.rotate(world.database) == 0
    assert "全部使用主密钥" in capsys.readouterr().out
    after = await values(world)
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 1
