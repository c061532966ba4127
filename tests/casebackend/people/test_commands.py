from pathlib import Path

import pytest

from casebackend.people.commands import import_organisation
from tests.casebackend.people.admins import Office
from tests.world import World

HEAD = "机构代码,机构名称,简称,层级,上级机构代码\n"
NEW = "4000,太原分行,太原分行,分行,0000\n"


async def test_a_file_is_applied_only_after_the_same_file_was_looked_at(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office, file = Office(world), tmp_path / "units.csv"
    file.write_text(HEAD + NEW + ",没有代码,无,支行,0000\n")

    async def runs(*, apply: bool = False) -> tuple[int, str]:
        status = await import_organisation(world.database, file.read_bytes(), apply=apply, now=world.time)
        return status, capsys.readouterr().out

    assert await runs(apply=True) == (1, "请先试运行同一文件并核对差异，再确认导入\n")
    status, said = await runs()
    assert status == 0
    for words in ("现有 18，不变 0", "新增 4000 太原分行", "第 3 行有误：没有机构代码", "没有改动"):
        assert words in said
    file.write_text(HEAD + NEW.replace("太原分行,分行", "晋阳分行,分行"))
    assert (await runs(apply=True))[0] == 1
    file.write_text(HEAD + NEW + ",没有代码,无,支行,0000\n")
    status, said = await runs(apply=True)
    assert (status, said.endswith("已导入\n")) == (0, True)
    assert (await office.unit("4000")).name == "太原分行"
    file.write_text(HEAD + NEW)
    status, said = await runs()
    assert status == 1
    assert "疑为文件不全" in said
    file.write_bytes(b"\xff\x00")
    assert (await runs())[0] == 1
