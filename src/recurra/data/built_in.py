"""The corpora that grammars of our own write, kept for the next time."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from recurra.data.cache import cached


def built_in(name: str, data: Path) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """The rows of ``reviews`` or ``phrasebook`` by split, and a fingerprint of them.

    The file in the cache is named by the code that wrote it and the Python that drew: another grammar writes its own.
    """
    sources = sorted((Path(__file__).parent / name).glob("*.py"))
    key = hashlib.sha256(repr([sys.version_info[:2], [path.read_bytes() for path in sources]]).encode()).hexdigest()

    def write(temporary: Path) -> None:
        corpus = import_module(f"recurra.data.{name}").generate()
        temporary.write_text(json.dumps(corpus, ensure_ascii=False), encoding="utf-8")

    path = cached(data, f"{name}-{key[:32]}.json", write)
    corpus = json.loads(path.read_text(encoding="utf-8"))
    return corpus, hashlib.sha256(repr(corpus).encode()).hexdigest()
