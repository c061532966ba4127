"""The one door to Whoosh: 2.7.4 has escapes and comparisons that Python 3.12 warns about when compiling it."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh.analysis import Token
    from whoosh.fields import ID, KEYWORD, NUMERIC, STORED, TEXT, Schema
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.index import FileIndex
    from whoosh.query import And, AndMaybe, NumericRange, Or, Phrase, Query, Term
    from whoosh.scoring import BM25F
    from whoosh.searching import Searcher

__all__ = [
    "BM25F",
    "ID",
    "KEYWORD",
    "NUMERIC",
    "STORED",
    "TEXT",
    "And",
    "AndMaybe",
    "FileIndex",
    "FileStorage",
    "NumericRange",
    "Or",
    "Phrase",
    "Query",
    "RamStorage",
    "Schema",
    "Searcher",
    "Term",
    "Token",
]
