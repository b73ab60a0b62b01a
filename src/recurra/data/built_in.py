"""The corpora that grammars of our own write, kept for the next time."""

from __future__ import annotations

import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from recurra.data.cache import cached
from recurra.data.plain import digest


def built_in(name: str, data: Path) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """The rows of ``reviews`` or ``phrasebook`` by split, and a fingerprint of them.

    The file in the cache is named by the code that wrote it and the Python that drew: another grammar writes its own.
    """
    code = digest(sorted((Path(__file__).parent / name).glob("*.py")))
    python = "{}.{}".format(*sys.version_info)

    def write(temporary: Path) -> None:
        corpus = import_module(f"recurra.data.{name}").generate()
        temporary.write_text(json.dumps(corpus, ensure_ascii=False), encoding="utf-8")

    path = cached(data, f"{name}-{python}-{code[:32]}.json", write)
    corpus = json.loads(path.read_text(encoding="utf-8"))
    return corpus, hashlib.sha256(repr(corpus).encode()).hexdigest()
