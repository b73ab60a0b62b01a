r"""Free text survives Hydra's grammar.

Hydra reads the value of an override by a grammar of its own: it splits at commas, refuses apostrophes and
every letter that is not ASCII, and turns ``1e3`` into a number and ``null`` into nothing. The values of
free-text options are therefore put in Hydra's quotes first, so that they arrive as the shell passed them on.
"""

from __future__ import annotations

import re

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Quote, QuotedString
from hydra.errors import HydraException

from recurra.commands.options import FreeText, free_options

_OVERRIDE = re.compile(r"((?:\+\+|\+|~)?([\w.]+)=)(.*)", re.DOTALL)
_ITEM = re.compile(r"""\s*('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^,]*?)\s*(?:,|$)""", re.DOTALL)
_MULTIRUN = {"-m", "--multirun", "hydra.mode=MULTIRUN"}
_MISSING = "???"  # OmegaConf's mark of a value that must still be given


def quote(argv: list[str]) -> list[str]:
    """Puts the values of free-text options in Hydra's quotes. Applied twice it changes nothing more."""
    sweep = not _MULTIRUN.isdisjoint(argv)
    return [_quote_word(word, sweep) for word in argv]


def typed(word: str) -> str:
    """A word without the quotes that `quote` would put around it again."""
    name, _, value = word.partition("=")
    parsed = _parse(value) if value[:1] == "'" else None
    plain = f"{name}={parsed.text}" if isinstance(parsed, QuotedString) else word
    return plain if quote([plain]) == [word] else word


def _quote_word(word: str, sweep: bool) -> str:
    match = _OVERRIDE.fullmatch(word)
    free = free_options().get(match[2]) if match else None
    return word if match is None or free is None else match[1] + _quote_value(match[3], free, sweep)


def _quote_value(value: str, free: FreeText, sweep: bool) -> str:
    if sweep and value.startswith("choice(") and isinstance(_parse(value), ChoiceSweep):
        return value
    if free.many and value.startswith("[") and value.endswith("]"):
        parsed = _parse(value)
        if isinstance(parsed, list) and all(isinstance(item, str | QuotedString) for item in parsed):
            return value
        return f"[{','.join(_quote_text(item, free) for item in _split(value[1:-1]))}]"
    if not free.one and (value == "null" or _parse(value) is not None):
        return value
    return _quote_text(value, free)


def _quote_text(value: str, free: FreeText) -> str:
    if value[:1] in ("'", '"') and isinstance(_parse(value), QuotedString):
        return value
    if free.path and value == "null":
        return value
    if value == _MISSING:
        text = """${oc.decode:"'???'"}"""
    elif free.path:
        text = value
    else:  # no interpolation: OmegaConf wants \${, and the backslashes before it doubled
        text = re.sub(r"(\\*)\$\{", r"\1\1\\${", value)
    return QuotedString(text, Quote.single).with_quotes()


def _split(items: str) -> list[str]:
    """The items of a list, split at the commas outside of quotes."""
    found, at = [], 0
    while match := _ITEM.match(items, at):
        found.append(match[1])
        at = match.end()
        if not match[0].endswith(","):
            break
    return found


def _parse(value: str) -> object:
    """What Hydra's grammar makes of a value, or None where it refuses it."""
    try:
        return OverridesParser.create().parse_override(f"key={value}")._value
    except HydraException:
        return None
