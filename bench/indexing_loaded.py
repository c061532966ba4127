"""What a process of bench.indexing begins with: everything loaded, nothing opened. What the mappers work out at their
first use they would work out in the first transaction, while nobody else can write."""

import aiosqlite  # noqa: F401
from sqlalchemy.orm import configure_mappers

import bench.search_scale  # noqa: F401
from knowledge.analyzer import default_lexicon

configure_mappers()
default_lexicon()
