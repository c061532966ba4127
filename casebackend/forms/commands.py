"""`python -m casebackend check-form FILE`: whether a PDF is as it was printed; if not, which of its pages is not."""

import asyncio
from pathlib import Path

from casebackend.database import Database
from casebackend.forms import checking


async def check_form(database: Database, file: Path) -> int:
    try:
        content = await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        print(f"不能读取文件：{error.strerror}")
        return 2
    async with database.reading() as session:
        verdict = await checking.check(session, content)
    print("\n".join(verdict.lines))
    return 0 if verdict.genuine else 1
