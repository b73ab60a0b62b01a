"""Bundles in Node.js and in a browser; skipped where Node.js, or what npm installs for the examples, is missing."""

from __future__ import annotations

import functools
import json
import random
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.export.conftest import TEXTS

import recurra_runtime
from recurra.config.tokenizer import Tokenizer
from recurra.tokenizer.pair import WRITING
from recurra.tokenizer.tokenizer import SPECIALS, TextTokenizer

EXAMPLES = Path(__file__).parents[2] / "examples" / "javascript"
MODULES = EXAMPLES / "node_modules"
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node.js")

KINDS = [
    "It's great, really... don't!", "这部电影很好 isn't it?", "Ein kleiner Hund läuft. ΣΊΣΥΦΟΣ İstanbul ﬁ ½ x² e\u0301",
    "a<br />b<br/>c ‘quote’ `tick`", "\t\n wide\u3000space\u00a0here\u2028x\ufeffy\u200bz \x85 \x1c", "👩‍👩‍👧 🇩🇪",
    "snake_case 1,000.50 $3+4=7 <pad> </s> ▁x ▁▁ y", "हिन्दी ภาษา العربية", "...!!!??? '''s 'sx n'tx won'ts", "", " ",
]  # fmt: skip


def node(*words: str | Path, read: Any = None) -> str:
    """Standard output of a script."""
    assert NODE is not None
    done = subprocess.run(
        [NODE, *map(str, words)], input=json.dumps(read), capture_output=True, text=True, cwd=EXAMPLES, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


COUNT = """
import { readFileSync } from "node:fs";
import { Tokenizer } from "./tokenizer.js";
const { texts, tokenizers } = JSON.parse(readFileSync(0));
const encode = (tokenizer) => texts.map((text) => tokenizer.encode(text).ids);
const all = tokenizers.map((json) => encode(new Tokenizer(json)));
console.log(JSON.stringify(all));
"""


def test_javascript_makes_the_same_ids() -> None:
    drawn = random.Random(0)
    letters = "".join(KINDS)
    texts = [*KINDS, *("".join(drawn.choices(letters, k=drawn.randrange(40))) for _ in range(500))]
    made = [
        TextTokenizer.train(Tokenizer(kind=kind, lowercase=lower, size=300, min_count=1), lambda: texts, specials)
        for kind in ("word", "character", "bpe")
        for lower in (False, True)
        for specials in (SPECIALS, WRITING)
    ]
    given = {"texts": texts, "tokenizers": [json.loads(each.to_json()) for each in made]}
    found = json.loads(node("--input-type=module", "-e", COUNT, read=given))
    for tokenizer, ids in zip(made, found, strict=True):
        assert ids == [each.ids for each in tokenizer.core.encode_batch_fast(texts)]


@pytest.mark.skipif(not (MODULES / "onnxruntime-node").is_dir(), reason="npm install in examples/javascript")
@pytest.mark.parametrize("task", TEXTS)
def test_node_gives_the_same_answers(shipped: dict[str, Path], task: str) -> None:
    bundle, texts = shipped[task] / "bundle", [text for text in TEXTS[task] if text]
    found = [json.loads(line) for line in node("node.js", bundle, *texts).splitlines()]
    model: Any = recurra_runtime.load(bundle)
    if task == "chargen":
        wanted = ["".join(model.generate(text, 200, temperature=0.0)) for text in texts]
        assert [answer["written"] for answer in found] == wanted
        return
    for answer, other in zip(found, model.predict(texts), strict=True):
        if task == "sentiment":
            assert answer["label"] == other["label"]
            assert answer["probabilities"] == pytest.approx(other["probabilities"], abs=1e-4)
        else:
            assert answer["translation"] == other["translation"]
            assert answer["score"] == pytest.approx(other["score"], abs=1e-3)


BROWSE = """
import chromium from "@sparticuz/chromium";
import puppeteer from "puppeteer-core";
const [address, typed] = process.argv.slice(1);
const executablePath = await chromium.executablePath();
const browser = await puppeteer.launch({ executablePath, args: chromium.args, headless: "shell" });
try {
  const page = await browser.newPage();
  await page.goto(address);
  const status = () => page.$eval("#status", (element) => element.textContent);
  const until = (pattern) => page.waitForFunction(
    (wanted) => new RegExp(wanted).test(document.getElementById("status").textContent), { timeout: 60000 }, pattern);
  await until("ready: chargen|answered|Error");
  await page.$eval("#text", (box, text) => { box.value = text; box.dispatchEvent(new Event("input")); }, typed);
  if (await page.$eval("#controls", (element) => !element.hidden)) {
    await page.$eval("#temperature", (slider) => { slider.value = 0; });
    await page.click("#go");
    await until("characters/s");
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(JSON.stringify({ status: await status(), answer: await page.$eval("#answer", (e) => e.innerText) }));
} finally {
  await browser.close();
}
"""


@pytest.fixture
def served(tmp_path: Path, shipped: dict[str, Path]) -> Iterator[str]:
    """A server of static files: the example and the bundles."""
    (tmp_path / "page").symlink_to(EXAMPLES)
    for task, run in shipped.items():
        (tmp_path / task).symlink_to(run / "bundle")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.skipif(
    not all((MODULES / name).is_dir() for name in ("onnxruntime-web", "puppeteer-core", "@sparticuz/chromium")),
    reason="npm install in examples/javascript",
)
@pytest.mark.parametrize("task", TEXTS)
def test_the_page_answers(shipped: dict[str, Path], served: str, task: str) -> None:
    text = TEXTS[task][1] if task != "chargen" else "the cat"
    address = f"{served}/page/index.html?bundle=/{task}/"
    found = json.loads(node("--input-type=module", "-e", BROWSE, address, text))
    model: Any = recurra_runtime.load(shipped[task] / "bundle", "int8")
    if task == "sentiment":
        assert found["answer"].startswith(model.predict(text)[0]["label"])
        assert "answered in" in found["status"]
    elif task == "translation":
        assert found["answer"].strip().startswith(model.predict(text, beam=5)[0]["translation"])
    else:
        wanted = "".join(model.generate("the cat", 20, temperature=0.0))
        assert found["answer"].lstrip().startswith(wanted.strip()[:10])
