"""The one door to Whoosh: 2.7.4 has escapes and comparisons that Python 3.12 warns about when compiling it."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    import whoosh.codec.whoosh3  # noqa: F401 - else first compiled, loudly, in the middle of a build
    from whoosh.analysis import Token
    from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema
    from whoosh.filedb.filestore import FileStorage, RamStorage
    from whoosh.index import FileIndex
    from whoosh.query import And, AndMaybe, Or, Phrase, Term, TermRange
    from whoosh.scoring import BM25F, bm25

__all__ = [
    "BM25F",
    "ID",
    "KEYWORD",
    "STORED",
    "TEXT",
    "And",
    "AndMaybe",
    "FileIndex",
    "FileStorage",
    "Or",
    "Phrase",
    "RamStorage",
    "Schema",
    "Term",
    "TermRange",
    "Token",
    "bm25",
]
