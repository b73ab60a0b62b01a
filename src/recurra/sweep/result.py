"""The end of a sweep: the leaderboard, pictures, the best checkpoint, and how to have it again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from rich.console import Console
from rich.text import Text

from recurra.sweep import leaderboard
from recurra.sweep.study import Study
from recurra.terminal import console

BEST = "best.ckpt"
LEADERBOARD = "leaderboard.csv"


def tell_result(study: Study, folder: Path) -> None:
    """Writes and tells what a sweep has found so far."""
    found = leaderboard.rows(study.trials, study.options.objectives)
    if not found:
        return
    leaderboard.write_csv(found, folder / LEADERBOARD)
    pictures = _pictures(study, found, folder)
    # a terminal that is narrower breaks lines; no cell is cut
    wide = Console(stderr=True, width=250, highlight=False, markup=False)
    for table in leaderboard.tables(found):
        wide.print(table)
    if len(found) > leaderboard.SHOWN:
        console.print(f"… and {len(found) - leaderboard.SHOWN} more in {LEADERBOARD}")
    console.print(Text(f"\nin {folder}:", style="bold"))
    console.print(f"  leaderboard  {LEADERBOARD}, with the command of each row")
    if pictures:
        console.print(f"  pictures     {', '.join(pictures)}")
    best = leaderboard.best_of_each_task(found)
    if len(best) == 1:
        run = Path(best[0].best.user_attrs.get("folder", ""))
        if _link(run / BEST, folder / BEST):
            console.print(f"  checkpoint   {BEST} of trial {best[0].best.number}, the best: checkpoint={folder}")
        elif not run.is_dir():
            console.print(f"  checkpoint   that of trial {best[0].best.number}, the best, lies elsewhere: {run}")
    if best:
        console.print(Text("the best again:", style="bold"))
        for row in best:
            console.print(f"  {row.command()}")


def _link(checkpoint: Path, link: Path) -> bool:
    """Makes ``link`` stand for a checkpoint, and for no other; a copy where there are no links."""
    link.unlink(missing_ok=True)
    if not checkpoint.is_file():
        return False
    try:
        link.symlink_to(os.path.relpath(checkpoint, link.parent.resolve()))
    except OSError:
        shutil.copyfile(checkpoint, link)
    return True


def _pictures(study: Study, found: list[leaderboard.Row], folder: Path) -> list[str]:
    """Draws what can be drawn."""
    if sum(len(row.done) for row in found) < 2:
        return []
    from recurra.sweep.pictures import draw

    return draw(study, found, folder)
