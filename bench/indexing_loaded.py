"""What a process of bench.indexing begins with: everything loaded, nothing opened."""

import aiosqlite  # noqa: F401

import bench.search_scale  # noqa: F401
from knowledge.analyzer import default_lexicon

default_lexicon()
