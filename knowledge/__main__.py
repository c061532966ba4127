import argparse
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.articles import CONTENT, ContentError, load_content
from knowledge.index import IndexUnusable, build
from knowledge.locking import IndexBusy
from knowledge.search import Search


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m knowledge", description="知识条目：检查、建索引、查找")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="检查条目文件")
    check.add_argument("--content", type=Path, default=CONTENT)
    make = commands.add_parser("build", help="生成索引")
    make.add_argument("root", type=Path)
    make.add_argument("--content", type=Path, default=CONTENT)
    find = commands.add_parser("find", help="查找")
    find.add_argument("root", type=Path)
    find.add_argument("query")
    find.add_argument("--on", type=date.fromisoformat, default=datetime.now(ZoneInfo("Asia/Shanghai")).date())
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "check":
            _check(chosen.content)
        elif chosen.command == "build":
            print(build(chosen.root, load_content(chosen.content)))
        else:
            _find(chosen.root, chosen.query, chosen.on)
    except (ContentError, IndexBusy, IndexUnusable) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _check(folder: Path) -> None:
    articles = load_content(folder)
    for kind, count in Counter(article.kind for article in articles).items():
        print(f"{kind.value}\t{count}")
    print(f"合计\t{len(articles)}")


def _find(root: Path, query: str, on: date) -> None:
    for hit in Search(root).find(query, on=on):
        excerpt = "".join(f"[{text}]" if matched else text for text, matched in hit.excerpt)
        print(f"{hit.score:8.2f}  {hit.article.id}  {hit.article.title}\n          {excerpt}")


if __name__ == "__main__":
    sys.exit(main())
