"""Pictures are whole PNG files of a sensible size, for any number of classes and for names in any script."""

import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.image import imread

from recurra import fonts
from recurra.task.sentiment.pictures import calibration_picture, confusion_picture

CHINESE = ["负面", "正面"]


def predictions(rows: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, classes, rows)
    odds = np.exp(rng.normal(size=(rows, classes)) + 2 * np.eye(classes)[labels])
    return labels, odds / odds.sum(axis=1, keepdims=True)


def is_a_picture(path: Path) -> bool:
    """A PNG with something on it, of a size that fits a screen or a slide."""
    pixels = imread(path)
    height, width = pixels.shape[:2]
    return path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and 400 < width < 3000 and 400 < height < 3000


@pytest.fixture
def without_cjk_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fonts, "CJK_FAMILIES", ("No Such Family",))
    fonts._warn_once.cache_clear()
    yield
    fonts._warn_once.cache_clear()


@pytest.fixture
def with_cjk_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Install, for one test, a font whose Chinese characters are filled squares."""
    family = "Squares CJK"
    pen = TTGlyphPen(None)
    for index, corner in enumerate([(100, 0), (100, 800), (900, 800), (900, 0)]):
        (pen.lineTo if index else pen.moveTo)(corner)
    pen.closePath()
    glyphs = {".notdef": TTGlyphPen(None).glyph()} | {f"uni{ord(c):04X}": pen.glyph() for c in "负正面"}
    builder = FontBuilder(1000)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(c): f"uni{ord(c):04X}" for c in "负正面"})
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(tmp_path / "squares.ttf")

    monkeypatch.setattr(font_manager.fontManager, "ttflist", list(font_manager.fontManager.ttflist))
    font_manager.fontManager.addfont(tmp_path / "squares.ttf")
    monkeypatch.setattr(fonts, "CJK_FAMILIES", ("No Such Family", family))
    return family


@pytest.mark.parametrize("classes", [2, 3, 16, 17, 100])
def test_pictures_of_any_number_of_classes(classes: int, tmp_path: Path) -> None:
    labels, probabilities = predictions(300, classes)
    matrix = np.zeros((classes, classes), dtype=int)
    np.add.at(matrix, (labels, probabilities.argmax(axis=1)), 1)
    confusion_picture(matrix, [f"class {index}" for index in range(classes)], tmp_path / "confusion.png")
    calibration_picture(labels, probabilities, tmp_path / "calibration.png")
    assert is_a_picture(tmp_path / "confusion.png")
    assert is_a_picture(tmp_path / "calibration.png")
    assert len(list(tmp_path.iterdir())) == 2  # and nothing else


def test_odd_names_and_rows(tmp_path: Path) -> None:
    names = ["costs $5 to $10", "", "a name\nthat goes on " * 20, r"\frac{1}{0}"]
    confusion_picture(np.diag([3, 0, 10**6, 0]), names, tmp_path / "confusion.png")
    assert is_a_picture(tmp_path / "confusion.png")


@pytest.mark.parametrize("predicted", [0, 1])
def test_a_model_that_is_sure(predicted: int, tmp_path: Path) -> None:
    calibration_picture(np.zeros(5, dtype=int), np.eye(2)[[predicted] * 5], tmp_path / "calibration.png")
    assert is_a_picture(tmp_path / "calibration.png")


def test_chinese_names_take_the_font_that_has_them(
    with_cjk_font: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fonts.families_for(CHINESE)[-1] == with_cjk_font
    assert with_cjk_font not in fonts.families_for(["negative", "positive"])
    monkeypatch.setattr(warnings, "filterwarnings", lambda *_, **__: None)  # hide no missing glyph
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        confusion_picture(np.eye(2), CHINESE, tmp_path / "confusion.png")
        monkeypatch.setattr(fonts, "CJK_FAMILIES", ("No Such Family",))
        with pytest.raises(UserWarning, match="Glyph"):  # so the line above could have failed
            confusion_picture(np.eye(2), CHINESE, tmp_path / "confusion.png")


def test_missing_font_is_said_once(without_cjk_font: None, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error", UserWarning)
        for _ in range(2):
            confusion_picture(np.eye(2), CHINESE, tmp_path / "confusion.png")
    assert [record.name for record in caplog.records] == ["recurra.fonts"]
    assert "Noto Sans CJK" in caplog.text
    assert is_a_picture(tmp_path / "confusion.png")


def test_a_picture_that_fails_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "confusion.png"
    confusion_picture(np.eye(2), ["a", "b"], path)
    before = path.read_bytes()

    def full_disk(figure: Figure, target: Path, **_: object) -> None:
        Path(target).write_bytes(before[:100])
        raise OSError("No space left on device")

    monkeypatch.setattr(Figure, "savefig", full_disk)
    with pytest.raises(OSError, match="No space"):
        confusion_picture(np.ones((2, 2)), ["a", "b"], path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((2, 3)), r"2 by 2 matrix, found shape \(2, 3\)"),
        (np.ones((3, 3)), "2 names"),
        (np.zeros((2, 2)), "not all of them 0"),
        (np.array([[1, -1], [0, 1]]), "0 or more"),
        (np.array([[1, np.nan], [0, 1]]), "0 or more"),
    ],
)
def test_bad_matrix_is_a_sentence(matrix: np.ndarray, message: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=message):
        confusion_picture(matrix, ["a", "b"], tmp_path / "confusion.png")
    assert not list(tmp_path.iterdir())


def test_bad_probabilities_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 0"):
        calibration_picture(np.array([0]), np.array([[np.nan, 1.0]]), tmp_path / "calibration.png")
    assert not list(tmp_path.iterdir())
