"""What an installed package holds: every module and every config."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_package_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = {path.parent.relative_to(ROOT / "src") for path in ROOT.glob("src/**/*.py")}
    assert {".".join(folder.parts) for folder in folders} | {"recurra.conf", "recurra_runtime"} == set(
        project["tool"]["setuptools"]["packages"]
    )
