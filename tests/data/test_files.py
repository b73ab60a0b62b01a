"""Tables of the user's own, in every format, and the faults that they may have."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recurra.data.files import Row, read_rows, table_format
from recurra.errors import UserError

ROWS: list[Row] = [
    {"text": "plain words", "label": "good"},
    {"text": "NA", "label": "null"},
    {"text": "null", "label": "NA"},
    {"text": "", "label": "good"},
    {"text": " blanks at both ends ", "label": "bad"},
    {"text": 'commas, "quotes", it\'s\ttabs; ', "label": "bad"},
    {"text": "two\nlines", "label": "good"},
    {"text": "这部电影很好 😀 \u2028 é \x85", "label": "很好"},
]


def delimited(rows: list[Row], delimiter: str = ",", end: str = "\n") -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def json_lines(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=i % 2 == 0) + "\n" for i, row in enumerate(rows)).encode()


def parquet(rows: list[Row]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=3)
    return file.getvalue()


CONTENTS = {
    ".csv": delimited(ROWS),
    ".tsv": delimited(ROWS, "\t"),
    ".jsonl": json_lines(ROWS),
    ".ndjson": json_lines(ROWS),
    ".json": json.dumps(ROWS, indent=2).encode(),
    ".parquet": parquet(ROWS),
}


def write(path: Path, content: bytes | str) -> Path:
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if path.name.lower().endswith(".gz") else raw)
    return path


def rows_of(path: Path) -> list[Row]:
    return [row for _, row in read_rows(path)]


def fault(path: Path) -> str:
    """The message of the fault in a file; it names the file and is one line."""
    with pytest.raises(UserError) as caught:
        list(read_rows(path))
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("zipped", ["", ".gz"])
@pytest.mark.parametrize("ending", list(CONTENTS))
def test_every_format_gives_the_same_rows(tmp_path: Path, ending: str, zipped: str) -> None:
    assert rows_of(write(tmp_path / f"rows{ending}{zipped}", CONTENTS[ending])) == ROWS


def test_an_array_on_one_line_is_an_array_too(tmp_path: Path) -> None:
    assert rows_of(write(tmp_path / "a.json", json.dumps(ROWS))) == ROWS
    assert rows_of(write(tmp_path / "b.jsonl", "\n\n" + json.dumps(ROWS))) == ROWS
    assert rows_of(write(tmp_path / "c.json", json_lines(ROWS))) == ROWS


@pytest.mark.parametrize("name", ["a.CSV", "a.csv.GZ", "a.b.Csv"])
def test_endings_in_capitals(tmp_path: Path, name: str) -> None:
    assert table_format(tmp_path / name) == ".csv"
    assert rows_of(write(tmp_path / name, CONTENTS[".csv"])) == ROWS


@pytest.mark.parametrize("zipped", ["", ".gz"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".json"])
def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path, ending: str, zipped: str) -> None:
    assert rows_of(write(tmp_path / f"a{ending}{zipped}", b"\xef\xbb\xbf" + CONTENTS[ending])) == ROWS


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    rows = [row for row in ROWS if "\n" not in row["text"]]
    assert rows_of(write(tmp_path / "a.csv", delimited(rows, end="\r\n"))) == rows
    assert rows_of(write(tmp_path / "a.tsv", delimited(rows, "\t", end="\r\n"))) == rows
    assert rows_of(write(tmp_path / "a.jsonl", json_lines(rows).replace(b"\n", b"\r\n"))) == rows


def test_the_last_line_needs_no_end(tmp_path: Path) -> None:
    assert rows_of(write(tmp_path / "a.csv", CONTENTS[".csv"].rstrip())) == ROWS
    assert rows_of(write(tmp_path / "a.jsonl", CONTENTS[".jsonl"].rstrip())) == ROWS


@pytest.mark.parametrize("content", ["one, two\n\n  \nNA\u2028\n", "one, two\r\n\r\n  \r\nNA\u2028"])
def test_each_line_of_a_plain_file_is_a_text(tmp_path: Path, content: str) -> None:
    texts = ["one, two", "", "  ", "NA\u2028"]
    for name in ("a.txt", "a.txt.gz"):
        assert list(read_rows(write(tmp_path / name, "\ufeff" + content))) == [
            (number, {"text": text}) for number, text in enumerate(texts, 1)
        ]


def test_a_row_has_the_number_of_the_line_where_it_begins(tmp_path: Path) -> None:
    table = write(tmp_path / "a.csv", 'text,label\n"a\nb\nc",x\n\nd,y\n')
    assert [number for number, _ in read_rows(table)] == [2, 6]
    lines = write(tmp_path / "a.jsonl", '\n{"text": "a"}\n\n{"text": "b"}\n')
    assert [number for number, _ in read_rows(lines)] == [2, 4]


def test_types_of_json_and_parquet_are_kept(tmp_path: Path) -> None:
    rows: list[Row] = [{"text": 1, "label": 2.5}, {"text": None, "label": -1.0}]
    assert rows_of(write(tmp_path / "a.jsonl", json_lines(rows))) == rows
    assert rows_of(write(tmp_path / "a.parquet", parquet(rows))) == rows


def test_half_an_emoji_is_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", r'{"text": "\ud83d\ude00 cut \ud83d", "label": 1}')
    assert rows_of(path) == [{"text": "😀 cut \ufffd", "label": 1}]


def test_a_text_of_a_million_letters(tmp_path: Path) -> None:
    rows: list[Row] = [{"text": "a" * 1_000_000, "label": "x"}]
    for name, content in (("a.csv", delimited(rows)), ("a.jsonl", json_lines(rows)), ("a.parquet", parquet(rows))):
        assert rows_of(write(tmp_path / name, content)) == rows


def test_rows_are_read_one_by_one(tmp_path: Path) -> None:
    """A fault further down does not keep the rows before it back."""
    rows = read_rows(write(tmp_path / "a.jsonl", '{"text": "a"}\n' * 3 + "oops"))
    assert [next(rows)[0] for _ in range(3)] == [1, 2, 3]
    with pytest.raises(UserError, match="line 4"):
        next(rows)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "there is no file" in fault(tmp_path / "none.csv")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert "it is a folder" in fault(tmp_path / "folder.csv")


@pytest.mark.parametrize("name", ["reviews.xlsx", "reviews", "reviews.csv.zip", "csv"])
def test_an_ending_that_is_not_known(tmp_path: Path, name: str) -> None:
    message = fault(write(tmp_path / name, b"text"))
    assert "unknown ending" in message
    assert ".jsonl" in message
    assert ".gz" in message


@pytest.mark.parametrize("zipped", ["", ".gz"])
@pytest.mark.parametrize(
    ("ending", "content"),
    [(".csv", ""), (".csv", "text,label\n"), (".tsv", "\n\n"), (".jsonl", "\n \n"), (".json", "[]"), (".txt", "")],
)
def test_a_file_without_rows(tmp_path: Path, ending: str, content: str, zipped: str) -> None:
    assert "holds no rows" in fault(write(tmp_path / f"a{ending}{zipped}", content))


@pytest.mark.parametrize("zipped", ["", ".gz"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".txt"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line", [1, 3])
def test_a_byte_that_is_not_utf8(tmp_path: Path, ending: str, mark: bytes, line: int, zipped: str) -> None:
    lines = [b"caf\xc3\xa9,"] * 4 if ending != ".jsonl" else [b'{"text": "caf\xc3\xa9"}'] * 4
    lines[line - 1] = lines[line - 1].replace(b"\xc3\xa9", b"\xe9")
    content = mark + b"\n".join(lines)
    message = fault(write(tmp_path / f"a{ending}{zipped}", content))
    assert f"line {line}: byte {content.index(0xE9)} is not UTF-8" in message
    assert "iconv" in message


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_file_in_utf16_is_told_as_one(tmp_path: Path, encoding: str) -> None:
    message = fault(write(tmp_path / "a.csv", "\ufefftext,label\n很好,x\n".encode(encoding)))
    assert "line 1: byte 0 is not UTF-8" in message
    assert "iconv -f utf-16 -t utf-8" in message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"text": "a"}\n{"text": "b"\n', "line 2: not valid JSON: Expecting ',' delimiter at column 13"),
        ('{"text": "a"}\n\nhello\n', "line 3: not valid JSON"),
        ('{"text": "a"}\n[1, 2]\n', 'line 2: expected an object such as {"text"'),
        ('{"text": "a"}\n"b"\n', "line 2: expected an object"),
        ('[{"text": "a"},\n {"text": }]', "line 2: not valid JSON: Expecting value at column 11"),
        ('[{"text": "a"}, "b"]', "item 2: expected an object"),
        ('{"text": ' + "9" * 5000 + "}\n", "line 1: not valid JSON"),
        ("[" * 100_000, "line 1: not valid JSON"),
    ],
)
def test_json_that_is_malformed(tmp_path: Path, content: str, expected: str) -> None:
    assert expected in fault(write(tmp_path / "a.jsonl", content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("text,label\na,x\nwell, then,y\n", "line 3: 3 cells, but the first line names 2 columns (text, label)"),
        ("text,label\na,x\n\nb\n", "line 4: 1 cells, but the first line names 2 columns"),
        ('text,label\na,x\n"open,y\nc,z\n', "line 3: unexpected end of data"),
        ('text,label\n"a\nb",x\n"c" d,y\n', "line 4: ',' expected after '\"'"),
        ("text,label,text\na,b,c\n", "line 1: a column name stands twice"),
    ],
)
def test_a_table_that_is_malformed(tmp_path: Path, content: str, expected: str) -> None:
    message = fault(write(tmp_path / "a.csv", content))
    assert expected in message
    assert "double quotes" in message or "twice" in message


def test_lines_that_end_with_a_carriage_return_alone(tmp_path: Path) -> None:
    assert "carriage return alone" in fault(write(tmp_path / "a.csv", delimited(ROWS[:2], end="\r")))


@pytest.mark.parametrize("header", ["text;label", '"text";"label"', "\ufefftext;label"])
def test_a_csv_with_semicolons(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "a.csv", f'{header}\nwell, then;x\n"a;b";y\n')
    assert rows_of(path) == [{"text": "well, then", "label": "x"}, {"text": "a;b", "label": "y"}]


@pytest.mark.parametrize("ending", list(CONTENTS))
@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_gzip_file_that_was_cut_off(tmp_path: Path, ending: str, part: float) -> None:
    whole = gzip.compress(CONTENTS[ending])
    path = tmp_path / f"a{ending}.gz"
    path.write_bytes(whole[: int(len(whole) * part)])
    assert "not a complete gzip file" in fault(path)


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".parquet"])
def test_a_gzip_file_that_is_none_or_damaged(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}.gz"
    path.write_bytes(CONTENTS[ending])
    assert "not a complete gzip file" in fault(path)
    whole = bytearray(gzip.compress(CONTENTS[ending]))
    whole[20:40] = b"\xff" * 20
    path.write_bytes(whole)
    assert "not a complete gzip file" in fault(path)


def damaged() -> bytes:
    whole = bytearray(CONTENTS[".parquet"])
    whole[4:60] = b"\xff" * 56
    return bytes(whole)


@pytest.mark.parametrize("content", [b"", b"text,label\na,b\n", CONTENTS[".parquet"][:-20], damaged()])
@pytest.mark.parametrize("name", ["a.parquet", "a.parquet.gz"])
def test_a_file_that_is_not_parquet(tmp_path: Path, name: str, content: bytes) -> None:
    assert "not a parquet file" in fault(write(tmp_path / name, content))


def test_nothing_is_taken_for_a_missing_value(tmp_path: Path) -> None:
    words: list[Any] = ["NA", "N/A", "null", "NULL", "nan", "None", "", "#N/A", "true", "1e3", "-"]
    rows: list[Row] = [{"text": word, "label": "x"} for word in words]
    for name, content in (("a.csv", delimited(rows)), ("a.tsv.gz", delimited(rows, "\t"))):
        assert [row["text"] for row in rows_of(write(tmp_path / name, content))] == words
