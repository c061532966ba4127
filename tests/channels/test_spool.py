import asyncio
import multiprocessing
import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.envelope import Channel, Inbound, inbound
from channels.spool import Spool, SpoolBusy

KEY = "spool-key-of-the-tests-1"
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def said(number: int, sender: str = "oA") -> Inbound:
    return inbound(
        Channel.WECHAT, sender=sender, external_id=str(number), text=f"电话 1380000{number:04d}", received_at=AT
    )


def waiting(folder: Path) -> list[str]:
    with Spool(folder, KEY) as spool:
        return [message.external_id for message in spool._waiting]


async def test_messages_come_back_in_order_after_a_restart(tmp_path: Path) -> None:
    with Spool(tmp_path, KEY) as spool:
        for number in range(20):
            await spool.append(said(number))
    with Spool(tmp_path, KEY) as spool:
        assert len(spool) == 20
        for number in range(20):
            head = spool.head()
            assert head == said(number)
            await spool.drop_head()
        assert spool.head() is None
    assert (tmp_path / "channels.spool").stat().st_size == 0


async def test_what_was_drained_before_a_crash_may_come_again_but_nothing_is_missing(tmp_path: Path) -> None:
    with Spool(tmp_path, KEY) as spool:
        for number in range(5):
            await spool.append(said(number))
        await spool.drop_head()
    assert waiting(tmp_path) == ["0", "1", "2", "3", "4"]


async def test_a_torn_tail_costs_only_the_message_that_was_never_acknowledged(tmp_path: Path) -> None:
    with Spool(tmp_path, KEY) as spool:
        for number in range(3):
            await spool.append(said(number))
    path = tmp_path / "channels.spool"
    whole = path.read_bytes()
    record = len(whole) // 3
    for cut in (1, 3, 4, 15, 16, record // 2, record - 1):
        path.write_bytes(whole[: 2 * record + cut])
        assert waiting(tmp_path) == ["0", "1"]
        with Spool(tmp_path, KEY) as spool:
            await spool.append(said(9))
        assert waiting(tmp_path) == ["0", "1", "9"]


async def test_a_damaged_record_is_set_aside_and_the_others_survive(tmp_path: Path) -> None:
    with Spool(tmp_path, KEY) as spool:
        for number in range(3):
            await spool.append(said(number))
    path = tmp_path / "channels.spool"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert waiting(tmp_path) == ["0", "2"]
    assert (tmp_path / "channels.damaged-0").read_bytes() == bytes(content)


async def test_nothing_readable_is_on_the_disk(tmp_path: Path) -> None:
    with Spool(tmp_path, KEY) as spool:
        await spool.append(said(1))
        await spool.set_aside()
        await spool.append(said(2))
    for path in (tmp_path / "channels.spool", tmp_path / "channels.refused"):
        assert path.read_bytes() != b""
        assert b"1380000" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


async def test_a_later_message_of_the_same_sender_waits_behind_and_one_of_another_does_not(tmp_path: Path) -> None:
    with Spool(tmp_path, KEY) as spool:
        await spool.append(said(1, "oA"))
        assert spool.holds(said(2, "oA"))
        assert not spool.holds(said(3, "oB"))
        await spool.drop_head()
        assert not spool.holds(said(2, "oA"))


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    with Spool(tmp_path, KEY), pytest.raises(SpoolBusy), Spool(tmp_path, KEY):
        pass


def write_until_killed(folder: Path, acknowledged: Path) -> None:
    async def write() -> None:
        with Spool(folder, KEY) as spool, acknowledged.open("a") as log:
            for number in range(100_000):
                await spool.append(said(number))
                log.write(f"{number}\n")
                log.flush()

    asyncio.run(write())


@pytest.mark.parametrize("after", [0.05, 0.12, 0.2])
def test_a_kill_at_any_moment_loses_nothing_acknowledged(tmp_path: Path, after: float) -> None:
    acknowledged = tmp_path / "acknowledged"
    acknowledged.touch()
    writer = multiprocessing.get_context("fork").Process(target=write_until_killed, args=(tmp_path, acknowledged))
    writer.start()
    deadline = time.monotonic() + 20
    while acknowledged.stat().st_size == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(after)
    assert writer.pid is not None
    os.kill(writer.pid, signal.SIGKILL)
    writer.join()
    told = [line for line in acknowledged.read_text().split("\n")[:-1] if line]
    kept = waiting(tmp_path)
    assert kept[: len(told)] == told
    assert kept == [str(number) for number in range(len(kept))]
