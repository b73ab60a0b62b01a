"""Where words for a person go: standard error. Answers alone go to standard output."""

from __future__ import annotations

from rich.console import Console

console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
