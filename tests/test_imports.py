"""What the commands import, and in which form."""

from __future__ import annotations

import subprocess
import sys


def python(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_lightning_comes_without_scipy_signal_which_is_there_when_asked_for() -> None:
    python(
        "import sys; from recurra.imports import import_lightning; import_lightning();"
        "assert {'pytorch_lightning', 'torchmetrics'} <= set(sys.modules); assert 'scipy.signal' not in sys.modules;"
        "import scipy.signal; assert callable(scipy.signal.butter)"
    )


def test_a_torchmetrics_that_wants_more_of_scipy_signal_is_imported_all_the_same() -> None:
    python(
        """
import sys
from recurra.imports import import_lightning

class Refusing:
    def find_spec(self, name, path=None, target=None):
        if name == "torchmetrics" and "scipy.signal" in sys.modules:
            raise ImportError("cannot import name 'butter' from 'scipy.signal'")

sys.meta_path.insert(0, Refusing())
import_lightning()
import scipy.signal
assert sys.modules["torchmetrics"].Metric and scipy.signal.butter
"""
    )


def test_a_run_brings_nothing_that_it_does_not_use() -> None:
    python(
        "import sys, tempfile; from recurra.commands.train import main;"
        "words = ['debug=fast', 'logger=csv', f'paths.outputs={tempfile.mkdtemp()}'];"
        "assert main(words) == 0; assert not {'scipy.signal', 'wandb', 'optuna'} & set(sys.modules)"
    )
