"""The folder that holds a model: what is in it, and whether it is whole.

config.json  tokenizer.json  checksums.json       what the runtime reads, beside the graphs
model.onnx  model.int8.onnx                       the graphs (translation: encoder and decoder)
model.safetensors  proof.json  README.md          the weights, what was measured, the model card
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

FORMAT = 1
CHECKSUMS, CONFIG, TOKENIZER = "checksums.json", "config.json", "tokenizer.json"
TASKS = ("sentiment", "chargen", "translation")
PRECISIONS = {"fp32": ".onnx", "int8": ".int8.onnx"}
"""How the files of the graphs end, the exact ones first."""

LONE = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which UTF-8 cannot write."""

Shape = Sequence[int | None]
"""Lengths of a tensor's dimensions; None where any will do."""


class BundleError(ValueError):
    """A bundle that cannot be used, in one sentence."""


def is_bundle(path: Path) -> bool:
    """Whether a folder is one that ``export.py`` wrote."""
    return (path / CHECKSUMS).is_file() and (path / CONFIG).is_file()


class Bundle:
    """A folder with a model; files are read when they are asked for, and held against their checksums."""

    def __init__(self, folder: Path, precision: str | None = None, threads: int = 1) -> None:
        self.folder = folder
        self.threads = threads
        if not folder.is_dir():
            raise BundleError(f"there is no bundle {folder}; it is the folder that export.py wrote")
        self._checksums = self._checksums_of_all()
        self.config = self._json(CONFIG)
        about = self.config
        if about.get("format") != FORMAT:
            raise BundleError(f"{folder} has format {about.get('format')}, this version of the runtime reads {FORMAT}")
        self.task: str = about.get("task", "")
        if self.task not in TASKS:
            raise BundleError(f"{folder} is of the task {self.task!r}, which this version of the runtime does not know")
        if missing := [name for name in ("spec", "config") if not isinstance(about.get(name), dict)]:
            raise BundleError(f"{folder / CONFIG} is not what export.py writes: it has no {' and no '.join(missing)}")
        self.spec: dict[str, Any] = about["spec"]
        self.options: dict[str, Any] = about["config"]
        self.held = [name for name in PRECISIONS if self._graphs(name)]
        """The precisions that there are graphs in, the exact one first."""
        if precision is not None and precision not in self.held:
            raise BundleError(f"precision={precision}: {folder} has {' and '.join(self.held) or 'no graphs at all'}")
        self.precision = precision or next(iter(self.held), None)

    def read(self, name: str) -> bytes:
        """A file, if it is as it was written."""
        path = self.folder / name
        try:
            content = path.read_bytes()
        except OSError:
            raise BundleError(f"{path} is missing; the bundle is not whole") from None
        if hashlib.sha256(content).hexdigest() != self._checksums.get(name):
            raise BundleError(f"{path} was altered or cut off after the export: its checksum is another")
        return content

    def tokenizer(self) -> str:
        return self.read(TOKENIZER).decode("utf-8")

    def graph(self, name: str, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> Graph:
        """A graph that has at least these inputs and outputs."""
        if self.precision is None:
            raise BundleError(f"{self.folder} holds no ONNX graph; export with formats=[onnx], or [onnx,int8]")
        return Graph(self, name + PRECISIONS[self.precision], inputs, outputs)

    def _graphs(self, precision: str) -> list[str]:
        int8 = PRECISIONS["int8"]
        names = [name for name in self._checksums if name.endswith(PRECISIONS[precision])]
        return names if precision == "int8" else [name for name in names if not name.endswith(int8)]

    def _checksums_of_all(self) -> dict[str, str]:
        path = self.folder / CHECKSUMS
        if not path.is_file():
            raise BundleError(f"{self.folder} is no bundle: it has no {CHECKSUMS}")
        return self._parsed(path, path.read_bytes())

    def _json(self, name: str) -> dict[str, Any]:
        return self._parsed(self.folder / name, self.read(name))

    def _parsed(self, path: Path, content: bytes) -> dict[str, Any]:
        try:
            read = json.loads(content)
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, dict):
            raise BundleError(f"{path} is not what export.py writes: it holds no JSON object")
        return read


class Graph:
    """An ONNX graph, ready to run."""

    def __init__(self, bundle: Bundle, name: str, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> None:
        import onnxruntime

        content = bundle.read(name)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = bundle.threads
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime has its own for each kind of fault
            reason = str(error).strip().splitlines()[0]
            raise BundleError(f"{bundle.folder / name} is no graph that ONNX Runtime can run: {reason}") from None
        self._outputs = list(outputs)
        for wanted, found in ((inputs, self._session.get_inputs()), (outputs, self._session.get_outputs())):
            forms = {each.name: each.shape for each in found}
            for tensor, shape in wanted.items():
                if tensor not in forms or not _fits(forms[tensor], shape):
                    raise BundleError(
                        f"{bundle.folder / name} does not fit the bundle: {tensor} should have the shape "
                        f"{list(shape)}, it has {forms.get(tensor, 'none')}"
                    )
        if unknown := {each.name for each in self._session.get_inputs()} - inputs.keys():
            raise BundleError(f"{bundle.folder / name} does not fit the bundle: it asks for {', '.join(unknown)}, too")

    def __call__(self, **inputs: np.ndarray) -> list[np.ndarray]:
        """The outputs that were named, in that order."""
        found: list[np.ndarray] = self._session.run(self._outputs, inputs)
        return found


def _fits(found: Sequence[Any], wanted: Shape) -> bool:
    return len(found) == len(wanted) and all(
        not isinstance(length, int) or length == other
        for length, other in zip(found, wanted, strict=True)
        if other is not None
    )


def texts_of(texts: Any) -> list[str]:
    """A list of texts from one or several; what is no character in UTF-8 becomes the replacement character."""
    if isinstance(texts, bytes) or not isinstance(texts, Iterable):
        raise TypeError(f"texts are a string, or several of them, not {type(texts).__name__}")
    every = [texts] if isinstance(texts, str) else list(texts)
    for text in every:
        if not isinstance(text, str):
            raise TypeError(f"a text is a string, not {type(text).__name__}")
    return [text if text.isascii() else LONE.sub("\N{REPLACEMENT CHARACTER}", text) for text in every]
