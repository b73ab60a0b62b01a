"""Answers of a trained model without the code that trained it: numpy, ONNX Runtime and tokenizers, no PyTorch.

>>> import recurra_runtime
>>> model = recurra_runtime.load("bundle")
>>> model.predict(["It's great, really."])
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from recurra_runtime.bundle import Bundle, BundleError

if TYPE_CHECKING:
    from recurra_runtime.classifier import Classifier
    from recurra_runtime.translator import Translator
    from recurra_runtime.writer import Writer

__all__ = ["BundleError", "load"]


def load(bundle: str | Path, precision: str | None = None, threads: int = 1) -> Classifier | Writer | Translator | Any:
    """The model in the folder that ``export.py`` wrote, ready to answer.

    It has ``predict``; a model of task=chargen has ``generate``, too, one of task=translation ``translate``.
    ``precision`` is ``fp32``, which gives the answers of the checkpoint, or ``int8``, which is smaller and faster; by
    default the first of them that the bundle has. One thread is best for one text at a time.

    Raises:
        BundleError: there is no such bundle, or a file of it is missing, altered, or not what it should be.
    """
    try:
        return _model(Bundle(Path(bundle), precision, threads))
    except BundleError:
        raise
    except Exception as error:  # a file with its checksum, but not its content; tokenizers knows no other kind of error
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise BundleError(f"{bundle} is not what export.py writes ({reason})") from None


def _model(opened: Bundle) -> Classifier | Writer | Translator:
    if opened.task == "sentiment":
        from recurra_runtime.classifier import Classifier

        return Classifier(opened)
    if opened.task == "chargen":
        from recurra_runtime.writer import Writer

        return Writer(opened)
    from recurra_runtime.translator import Translator

    return Translator(opened)
