"""`python -m casebackend attachments verify`: every file is read; names those that are missing, damaged or changed."""

from casebackend.attachments import checking
from casebackend.database import Database


async def verify(database: Database) -> int:
    async with database.reading() as session:
        broken = await checking.verify(session)
    print("\n".join(broken) if broken else "一切正常")
    return 1 if broken else 0
