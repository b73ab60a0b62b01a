"""Plain texts: what is read is what stands in the file, and a fault has a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from recurra.data import plain
from recurra.data.plain import digest, read_text, standard_library, text_files
from recurra.errors import UserError


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1 << 20])
def test_a_text_is_read_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(plain, "PIECE", piece)
    text = "line\r\nline\n\ttab 春眠不觉晓 \U0001f600 é\n\n"
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode())
    assert "".join(read_text(path)) == text


def test_a_byte_order_mark_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfabc")
    assert "".join(read_text(path)) == "abc"


@pytest.mark.parametrize("piece", [2, 3, 4, 1 << 20])
@pytest.mark.parametrize(("raw", "place"), [(b"abc\xffdef", 3), ("春春".encode() + b"\xe6\x98x", 6), (b"abcd\xe6", 4)])
def test_a_fault_has_a_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int, raw: bytes, place: int
) -> None:
    monkeypatch.setattr(plain, "PIECE", piece)
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    with pytest.raises(UserError, match=f"a.txt: byte {place} is not UTF-8; save the file as UTF-8"):
        list(read_text(path))


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"PK\x03\x04\0\0")
    with pytest.raises(UserError, match="byte 4 is 0, as in no text"):
        list(read_text(path))


def test_files_folders_and_globs(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "sub/c.md", ".hidden/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)

    def names(*given: str) -> list[str]:
        return [path.relative_to(tmp_path).as_posix() for path in text_files([f"{tmp_path}/{name}" for name in given])]

    assert names("b.txt", "a.txt") == ["b.txt", "a.txt"]
    assert names("") == ["a.txt", "b.txt", "sub/c.md"]
    assert names("*.txt") == ["a.txt", "b.txt"]
    assert names("**/*.md", "a.txt", "a.txt") == ["sub/c.md", "a.txt"]
    for missing in ("none.txt", "*.rst", "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(UserError, match="there is no such file"):
            names(missing)


def test_the_digest_follows_the_text_and_not_the_place(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    one, two = tmp_path / "one.txt", tmp_path / "a" / "two.txt"
    one.write_text("abc")
    two.write_text("abc")
    assert digest([one]) == digest([two])
    two.write_text("abd")
    assert digest([one]) != digest([two])


def test_the_standard_library_is_there_in_a_fixed_order() -> None:
    files, words = standard_library()
    assert files == standard_library()[0]
    assert len(files) > 100
    assert words.startswith("standard library of Python 3.")
    assert not any({"test", "tests", "site-packages"} & set(path.parts[-3:]) for path in files)
