"""`python -m casebackend keys status` and `keys rotate`: what an operator reads and does. See docs/keys.md."""

from casebackend.customers.service import vault
from casebackend.database import Database
from casebackend.keys import service


async def status(database: Database) -> int:
    """One line a column; 0 when nothing stands under an old key."""
    async with database.reading() as session:
        held, found = vault(session), await service.standing(session)
    print(f"主密钥 {held.primary}；可解密的旧密钥：{'、'.join(held.kids[1:]) or '无'}")
    print(f"索引密钥 {held.index_prefix or '未设置：索引随最早的数据密钥，该密钥不能停用'}")
    for each in found:
        index = f"；索引 {each.index_under_primary}/{each.indexed}" if each.place.index else ""
        print(f"{each.place.table}.{each.place.column}: {each.under_primary}/{each.sealed}{index}")
    left = sum(each.left for each in found)
    print(f"尚有 {left} 个值使用旧密钥" if left else "全部使用主密钥")
    return 1 if left else 0


async def rotate(database: Database) -> int:
    """May be killed and started again at any time, beside the running system."""
    done = await service.rotate(database)
    print(f"已换密钥 {done.resealed} 个值，已重建索引 {done.reindexed} 个")
    for table, column, row in sorted(done.lost):
        print(f"无法解密：{table}.{column} {row}")
    return 1 if await status(database) or done.lost else 0
