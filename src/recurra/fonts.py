"""Fonts for pictures whose words are not all Latin: matplotlib's own has no Chinese, Japanese or Korean."""

import logging
from collections.abc import Iterable
from functools import cache

log = logging.getLogger(__name__)

CJK_FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)


def families_for(texts: Iterable[str]) -> list[str]:
    """Families for `fontfamily=` of a matplotlib text, which takes each glyph from the first that has it.

    They are those of matplotlib's settings and, where these lack a character of `texts`, the installed CJK
    family that knows most of the missing ones. Where none knows any, a warning says so, once for the process,
    and boxes will be drawn.
    """
    import matplotlib

    families = list(matplotlib.rcParams["font.family"])
    missing = {ord(c) for text in texts for c in text if not c.isspace()} - _glyphs(*families)
    if not missing:
        return families
    known = {family: len(missing & _glyphs(family)) for family in CJK_FAMILIES}
    best = max(known, key=lambda family: known[family])  # the earlier one where equal
    if known[best]:
        return [*families, best]
    _warn_once()
    return families


@cache
def _glyphs(*families: str) -> frozenset[int]:
    """Code points that the installed ones of these families can draw together."""
    from matplotlib import font_manager

    found: set[int] = set()
    for family in families:
        properties = font_manager.FontProperties(family=[family])
        try:
            path = font_manager.findfont(properties, fallback_to_default=False)
        except ValueError:  # not installed
            continue
        found.update(font_manager.get_font(path).get_charmap())
    return frozenset(found)


@cache
def _warn_once() -> None:
    log.warning(
        "No installed font has some characters of a picture, which shows boxes instead. For Chinese, "
        "Japanese and Korean install Noto Sans CJK (Debian, Ubuntu: apt install fonts-noto-cjk)."
    )
