"""The model card: what the model is, how good, how fast, how to run it; and the same as JSON."""

from __future__ import annotations

import json
import platform
import re
from math import isfinite
from pathlib import Path
from typing import Any

from recurra.checkpoint import Checkpoint
from recurra.export.bundle import contents_of_config, graph_files
from recurra.runs import BEST, METRICS
from recurra_runtime.bundle import CHECKSUMS, CONFIG, PRECISIONS, TOKENIZER

PIPELINES = {"sentiment": "text-classification", "chargen": "text-generation", "translation": "translation"}
WHAT = {
    "sentiment": "Classifies texts: {labels}.",
    "chargen": "Goes on writing a text, character by character.",
    "translation": "Translates from {source} to {target}.",
}
QUESTIONS = {
    "sentiment": 'text="It\'s great, really"',
    "chargen": 'prompt="The " length=200',
    "translation": 'text="The old man is reading a book."',
}
PYTHON = {
    "sentiment": """print(model.predict(["It's great, really."]))""",
    "chargen": 'print("".join(model.generate("The ", length=200, temperature=0.8, seed=1)))',
    "translation": 'print(model.predict(["The old man is reading a book."], beam=5))',
}


def question(task: str) -> str:
    """What ``predict.py`` may be asked."""
    return QUESTIONS[task]


def size_of(folder: Path) -> str:
    """The files of a bundle and their sizes."""
    return ", ".join(f"{path.name} {megabytes(path)}" for path in sorted(folder.iterdir()) if path.name != CHECKSUMS)


def megabytes(*paths: Path) -> str:
    return f"{sum(path.stat().st_size for path in paths) / 1e6:.2f} MB"


def files(
    folder: Path, checkpoint: Checkpoint, proof: dict[str, Any], path: Path, licence: str | None
) -> dict[str, bytes]:
    """``proof.json`` and ``README.md`` of the bundle in ``folder``, made from the checkpoint at ``path``.

    The scores of a run are those of its best checkpoint.
    """
    scores = _scores(path.with_name(METRICS)) if path.name == BEST else {}
    measured = {**proof, "machine": _machine(), "test": scores} if proof else {"test": scores}
    card = "\n".join([*_head(checkpoint, licence), *_body(folder, checkpoint, measured)]) + "\n"
    return {"proof.json": (json.dumps(measured, indent=2) + "\n").encode(), "README.md": card.encode()}


def _scores(path: Path) -> dict[str, float]:
    """What the run told of the test split, where it is there."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(read, dict):
        return {}
    told = ("test/", "val/") if any(name.startswith("test/") for name in read) else ("val/",)
    numbers = {name: value for name, value in read.items() if isinstance(value, int | float) and isfinite(value)}
    return {name: value for name, value in numbers.items() if name.startswith(told[0]) and name.count("/") == 1}


def _head(checkpoint: Checkpoint, licence: str | None) -> list[str]:
    """What the Hub reads: licence, languages, what it is for."""
    config: Any = checkpoint.config
    name = "other" if not licence else licence if re.fullmatch(r"[\w.+-]+", licence) else json.dumps(licence)
    lines = ["---", f"license: {name}", f"pipeline_tag: {PIPELINES[checkpoint.task]}"]
    if not licence:
        lines += ["license_name: not-stated"]
    if checkpoint.task == "translation":
        sides = [side for side in (config.data.source, config.data.target) if len(side) in (2, 3)]
        lines += ["language:", *(f"- {side}" for side in sides)] if sides else []
    return [*lines, "library_name: recurra", "tags:", "- recurra", "- onnx", f"- {config.model.cell}", "---", ""]


def _body(folder: Path, checkpoint: Checkpoint, proof: dict[str, Any]) -> list[str]:
    config: Any = checkpoint.config
    about = json.loads(contents_of_config(checkpoint))
    labels = ", ".join(map(str, checkpoint.spec.get("labels", [])))
    sides = {"source": getattr(config.data, "source", ""), "target": getattr(config.data, "target", "")}
    count = sum(weight.numel() for weight in checkpoint.weights.values())
    lines = [
        f"# {config.data.name}, {checkpoint.task}",
        "",
        WHAT[checkpoint.task].format(labels=labels, **sides),
        "",
        f"- Network: {config.model.cell}, {config.model.layers} x {config.model.hidden_size} units, {count:,} weights",
        f"- Trained on: {config.data.name} ({about['data']['description']}), with recurra {about['version']}",
        "",
        "## Scores",
        "",
    ]
    if proof["test"]:
        lines += ["| of the training run | |", "| --- | ---: |"]
        lines += [f"| {name} | {value:.4f} |" for name, value in proof["test"].items()]
    else:
        lines += ["There are none of the training run."]
    if "checks" in proof:
        lines += ["", *_proof(proof)]
    lines += ["", "## Files", "", "| file | size |", "| --- | ---: |"]
    lines += [f"| `{path.name}` | {megabytes(path)} |" for path in sorted(folder.iterdir()) if path.suffix != ".md"]
    for precision in PRECISIONS:
        if graphs := graph_files(folder, precision):
            read = [folder / name for name in (*graphs, TOKENIZER, CONFIG)]
            lines += ["", f"In {precision} the runtime reads {megabytes(*read)}."]
    small = graph_files(folder, "int8")
    return [*lines, "", *(_use(checkpoint.task, small) if "checks" in proof else _use_of_weights())]


def _proof(proof: dict[str, Any]) -> list[str]:
    """What was compared when the bundle was made, and how fast it was there."""
    lines = ["## The same model", "", f"The graphs in fp32 against the checkpoint in PyTorch, on {proof['on']}:", ""]
    lines += [f"- {check['what']}: {check['found']}" for check in proof["checks"]]
    if proof["scores"]:
        lines += ["", f"| | {proof['score']} |", "| --- | ---: |"]
        lines += [f"| {name} | {value:.4f} |" for name, value in proof["scores"].items()]
    if "int8" in proof:
        lines += ["", proof["int8"]["told"].removeprefix("ok     ") + "."]
    times = proof["latency"]["milliseconds"]
    lines += ["", f"Time of {proof['latency']['what']}, one thread of {proof['machine']}:", ""]
    lines += ["| | milliseconds | times as fast |", "| --- | ---: | ---: |"]
    return [*lines, *(f"| {name} | {t:.3f} | {times['checkpoint'] / t:.1f} |" for name, t in times.items())]


def _use(task: str, small: list[str]) -> list[str]:
    hint = '; precision="int8" takes the small graphs' if small else ""
    return [
        "## Use",
        "",
        "```bash",
        "pip install ./runtime   # recurra_runtime, from recurra's repository: numpy, onnxruntime, tokenizers",
        "```",
        "",
        "```python",
        "import recurra_runtime",
        "",
        f'model = recurra_runtime.load("bundle")  # this folder{hint}',
        PYTHON[task],
        "```",
    ]


def _use_of_weights() -> list[str]:
    return [
        "## Use",
        "",
        "It holds the weights alone, without graphs:",
        "",
        "```python",
        "import recurra   # and PyTorch",
        "",
        'model = recurra.load("bundle")  # this folder',
        "```",
    ]


def _machine() -> str:
    """The processor, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
