"""Built-in corpora are written once, and are the same whoever reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import built_in as module
from recurra.data import reviews
from recurra.data.built_in import built_in


def test_what_is_kept_is_what_the_grammar_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, fingerprint = built_in("reviews", tmp_path)
    assert made == reviews.generate()
    monkeypatch.setattr(reviews, "generate", None)  # not asked again
    assert built_in("reviews", tmp_path) == (made, fingerprint)


def test_another_grammar_writes_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grammar = tmp_path / "code" / "reviews"
    grammar.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(grammar.parent / "built_in.py"))
    found = []
    for text in ("one", "two"):
        (grammar / "lexicon.py").write_text(f"WORD = {text!r}\n")
        monkeypatch.setattr(reviews, "generate", lambda text=text: {"train": [{"text": text}]})
        found.append(built_in("reviews", tmp_path))
    assert [rows["train"][0]["text"] for rows, _ in found] == ["one", "two"]
    assert found[0][1] != found[1][1]
