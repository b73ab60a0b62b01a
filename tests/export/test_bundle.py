"""A bundle is the same model, whole, and refused when it is not."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from tests.conftest import SMALL, write_reviews
from tests.export.conftest import TEXTS
from tests.helpers import own_files

import recurra
import recurra_runtime
from recurra.checkpoint import read_checkpoint
from recurra.commands import evaluate, export, predict
from recurra.commands.check import compose
from recurra.commands.train import train
from recurra.errors import UserError
from recurra.export.bundle import draft
from recurra.export.shipment import Check, load_shipment
from recurra.task import load_task

TASKS = ["sentiment", "chargen", "translation"]
GRAPHS = {"sentiment": ["model"], "chargen": ["model"], "translation": ["encoder", "decoder"]}


@pytest.fixture
def bundle(shipped: dict[str, Path], tmp_path: Path) -> Path:
    """A bundle to spoil."""
    return Path(shutil.copytree(shipped["sentiment"] / "bundle", tmp_path / "bundle"))


def answers(words: list[str], capfd: pytest.CaptureFixture[str]) -> str:
    capfd.readouterr()
    assert predict.main(words) == 0
    return capfd.readouterr().out


def assert_alike(a: Any, b: Any) -> None:
    """The same but for the last digit."""
    if isinstance(a, dict):
        assert list(a) == list(b)
        a, b = list(a.values()), list(b.values())
    if isinstance(a, list):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            assert_alike(one, other)
    else:
        assert a == (pytest.approx(b, abs=2e-5) if isinstance(b, float) else b)


@pytest.mark.parametrize("task", TASKS)
class TestEveryTask:
    def test_what_is_in_it(self, shipped: dict[str, Path], task: str) -> None:
        bundle = shipped[task] / "bundle"
        files = {path.name for path in bundle.iterdir()}
        graphs = {f"{name}{ending}" for name in GRAPHS[task] for ending in (".onnx", ".int8.onnx")}
        others = {"model.safetensors", "config.json", "tokenizer.json", "checksums.json", "proof.json", "README.md"}
        assert files == graphs | others
        sums = json.loads((bundle / "checksums.json").read_text())
        for name in files - {"checksums.json"}:
            assert sums[name] == hashlib.sha256((bundle / name).read_bytes()).hexdigest()

    def test_it_names_no_folder_of_the_machine(self, shipped: dict[str, Path], task: str) -> None:
        for path in (shipped[task] / "bundle").iterdir():
            assert str(shipped[task].parent).encode() not in path.read_bytes(), path.name

    def test_the_proof_is_told(self, shipped: dict[str, Path], task: str) -> None:
        bundle = shipped[task] / "bundle"
        proof = json.loads((bundle / "proof.json").read_text())
        assert [check["passed"] for check in proof["checks"]] == [True, True]
        assert proof["scores"].keys() >= {"checkpoint", "fp32", "int8"}
        assert proof["scores"]["fp32"] == pytest.approx(proof["scores"]["checkpoint"], abs=1e-4)
        card = (bundle / "README.md").read_text()
        assert card.startswith("---\nlicense: other\npipeline_tag: ")
        for check in proof["checks"]:
            assert check["found"] in card
        assert "times as fast" in card

    def test_it_answers_as_the_checkpoint(
        self, shipped: dict[str, Path], task: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        run, texts = shipped[task], TEXTS[task]
        questions = [[f"text={json.dumps(texts[:2])}"]]
        if task == "chargen":
            questions += [
                ["prompt=the cat", "length=60", "seed=5"],
                ["prompt=a", "samples=2", "length=30", "top_p=0.8"],
            ]
            questions += [["prompt=the", "length=40", "temperature=0"], ["prompt=", "length=40", "top_k=3"]]
        if task == "translation":
            questions += [["text=the big dog.", "nbest=3"], ["text=the cat sees.", "beam=1"]]
        for question in questions:
            found, wanted = (answers([f"checkpoint={path}", *question], capfd) for path in (run / "bundle", run))
            if question[0].startswith("prompt="):
                assert found == wanted
            else:
                assert_alike(*([json.loads(line) for line in out.splitlines()] for out in (found, wanted)))
        assert_alike(recurra.load(run / "bundle").predict(texts), recurra.load(run).predict(texts))

    def test_int8_answers_too(self, shipped: dict[str, Path], task: str, capfd: pytest.CaptureFixture[str]) -> None:
        model = recurra_runtime.load(shipped[task] / "bundle", "int8")
        assert model.predict(TEXTS[task]) == [model.predict([text])[0] for text in TEXTS[task]]
        words = [f"checkpoint={shipped[task] / 'bundle'}", "precision=int8", "text=the cat."]
        assert json.loads(answers(words, capfd))["text"] == "the cat."

    def test_it_is_a_checkpoint_again(self, shipped: dict[str, Path], task: str) -> None:
        wanted, found = (read_checkpoint(path) for path in (shipped[task] / "best.ckpt", shipped[task] / "bundle"))
        assert found.weights.keys() == wanted.weights.keys()
        assert all(torch.equal(found.weights[name], weight) for name, weight in wanted.weights.items())
        assert (found.task, found.spec, found.tokenizer) == (wanted.task, wanted.spec, wanted.tokenizer)

    def test_graphs_that_are_wrong_are_not_shipped(
        self, shipped: dict[str, Path], task: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        shipment = load_shipment(task)
        right = shipment.graphs

        def wrong(self: Any, precision: Any) -> Any:
            for weight in self.network.parameters():
                weight.data.mul_(1.01)
            graphs = right(self, precision)
            for weight in self.network.parameters():
                weight.data.div_(1.01)
            return graphs

        monkeypatch.setattr(shipment, "graphs", wrong)
        words = [f"checkpoint={shipped[task]}", f"output={tmp_path / 'new'}", f"paths.data={shipped[task].parent}"]
        assert export.main(words) == 1
        assert "FAILED logits" in capfd.readouterr().err
        assert list(tmp_path.iterdir()) == []


def test_both_end_a_translation_that_is_too_long(shipped: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    run, text = shipped["translation"], "the big dog sees the cat. " * 9
    both = [recurra.load(path) for path in (run / "bundle", run)]
    options = {"beam": 3, "length_penalty": 9.0}  # a network that has hardly learned ends at once without
    assert all(len(model.translate([text], **options)[0][0].target) > 3 for model in both)
    for module in ("recurra.task.translation.predictor", "recurra_runtime.translator"):
        monkeypatch.setattr(f"{module}.LONGEST", 3)
    (found,), (wanted,) = (model.translate([text], **options)[0] for model in both)
    assert found.target == wanted.target
    assert len(found.target) <= 3


def test_int8_that_loses_too_much_is_left_out(
    shipped: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipment = load_shipment("chargen")
    right, worse = shipment.scored, [0, 0, 1, 1]  # checkpoint, fp32, both kinds of int8
    monkeypatch.setattr(shipment, "scored", lambda self, model: right(self, model) + 0.006 * worse.pop(0))
    assert export.main([f"checkpoint={shipped['chargen']}", f"output={tmp_path / 'new'}"]) == 0
    assert not list((tmp_path / "new").glob("*.int8.onnx"))
    assert "int8 is left out, it loses too much" in (tmp_path / "new" / "README.md").read_text()
    with pytest.raises(UserError, match=r"precision=int8: .* has fp32"):
        recurra.load(tmp_path / "new", precision="int8")


def test_without_the_data_made_up_texts_prove_it(
    shipped: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint = tmp_path / "moved.ckpt"
    raw = torch.load(shipped["sentiment"] / "best.ckpt", weights_only=True)
    for split in ("train", "validation", "test"):
        raw["recurra"]["config"]["data"][split] = str(tmp_path / "gone.jsonl")
    torch.save(raw, checkpoint)
    assert export.main([f"checkpoint={checkpoint}"]) == 0
    err = capfd.readouterr().err
    assert "made-up texts" in err
    assert "int8 is left out: it is judged on the data set" in err
    assert recurra.load(tmp_path / "bundle").predict("fine")


def test_weights_alone(shipped: dict[str, Path], tmp_path: Path) -> None:
    assert export.main([f"checkpoint={shipped['sentiment']}", f"output={tmp_path / 'new'}", "formats=[]"]) == 0
    assert not list((tmp_path / "new").glob("*.onnx"))
    assert recurra.load(tmp_path / "new").predict("fine") == recurra.load(shipped["sentiment"]).predict("fine")
    with pytest.raises(recurra_runtime.BundleError, match="holds no ONNX graph"):
        recurra_runtime.load(tmp_path / "new")


def test_int8_alone(shipped: dict[str, Path], tmp_path: Path) -> None:
    root = shipped["sentiment"].parent
    words = [f"checkpoint={shipped['sentiment']}", f"output={tmp_path / 'new'}", "formats=[int8]", f"paths.data={root}"]
    assert export.main(words) == 0
    assert [path.name for path in (tmp_path / "new").glob("*.onnx")] == ["model.int8.onnx"]
    assert recurra_runtime.load(tmp_path / "new").predict("fine")


def test_a_bundle_is_evaluated(shipped: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = [f"paths.data={shipped['chargen'].parent}", f"output={tmp_path / 'scores'}", "split=validation"]
    data = ["data=plain", f"data.path={shipped['chargen'].parent / 'text' / 'input.txt'}"]
    assert evaluate.main([f"checkpoint={shipped['chargen'] / 'bundle'}", *words, *data]) == 0
    assert "val/nats" in capfd.readouterr().out


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.onnx"])
@pytest.mark.parametrize("spoil", ["altered", "cut off", "missing"])
def test_a_spoilt_bundle_is_refused(bundle: Path, name: str, spoil: str) -> None:
    path = bundle / name
    content = path.read_bytes()
    path.unlink()
    if spoil != "missing":
        path.write_bytes(content[:-10] if spoil == "cut off" else content[:-3] + b"\n\n\n")
    with pytest.raises(recurra_runtime.BundleError, match=r"altered|missing|no bundle"):
        recurra_runtime.load(bundle)
    assert predict.main([f"checkpoint={bundle}", "text=fine"]) == 2


def test_spoilt_weights_are_refused(bundle: Path) -> None:
    (bundle / "model.safetensors").write_bytes(b"\x80\x04N.")  # a pickle
    with pytest.raises(UserError, match="altered"):
        read_checkpoint(bundle)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("the graph of another task", "does not fit the bundle: lengths should have the shape"),
        ("no graph at all", "is no graph that ONNX Runtime can run"),
    ],
)
def test_another_graph_is_refused(bundle: Path, shipped: dict[str, Path], content: str, told: str) -> None:
    other = (shipped["chargen"] / "bundle" / "model.onnx").read_bytes()
    forge(bundle, "model.onnx", other if "another" in content else b"onnx")
    with pytest.raises(recurra_runtime.BundleError, match=told):
        recurra_runtime.load(bundle)


def test_another_format_is_refused(bundle: Path) -> None:
    config = json.loads((bundle / "config.json").read_text())
    forge(bundle, "config.json", json.dumps({**config, "format": 2}).encode())
    with pytest.raises(recurra_runtime.BundleError, match="has format 2"):
        recurra_runtime.load(bundle)
    forge(bundle, "config.json", json.dumps({**config, "task": "chess"}).encode())
    with pytest.raises(UserError, match="chess"):
        recurra.load(bundle)
    forge(bundle, "config.json", b"[]")
    with pytest.raises(UserError, match="holds no JSON object"):
        recurra.load(bundle)


def forge(bundle: Path, name: str, content: bytes) -> None:
    """Another file with the right checksum."""
    (bundle / name).write_bytes(content)
    sums = json.loads((bundle / "checksums.json").read_text())
    sums[name] = hashlib.sha256(content).hexdigest()
    (bundle / "checksums.json").write_text(json.dumps(sums))


def test_what_is_no_bundle_is_not_overwritten(shipped: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    assert export.main([f"checkpoint={shipped['sentiment']}", f"output={tmp_path}"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_bundle_with_other_files_is_not_overwritten(bundle: Path, when: str) -> None:
    if when == "before":
        (bundle / "notes").mkdir()
    with pytest.raises(UserError, match=r"no part of a bundle \(notes\)"), draft(bundle):
        (bundle / "notes").mkdir(exist_ok=when == "before")
    assert len(list(bundle.iterdir())) == 9
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


def test_the_old_bundle_stays_until_the_new_one_is_there(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if Path(target) == bundle and not self.name.endswith(".before"):
            raise OSError(16, "Device or resource busy")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(UserError, match=r"cannot write to .*: Device or resource busy"), draft(bundle) as made:
        (made / "new").touch()
    assert (bundle / "model.onnx").exists()
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]
    monkeypatch.undo()
    with draft(bundle) as made:
        (made / "new").touch()
    assert [path.name for path in bundle.iterdir()] == ["new"]
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


@pytest.mark.parametrize("task", TASKS)
def test_weights_that_are_no_numbers_are_not_shipped(
    shipped: dict[str, Path], task: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checkpoint = torch.load(shipped[task] / "best.ckpt", weights_only=True)
    name = next(name for name, weight in checkpoint["state_dict"].items() if weight.is_floating_point())
    checkpoint["state_dict"][name][...] = float("nan")
    torch.save(checkpoint, tmp_path / "broken.ckpt")
    assert export.main([f"checkpoint={tmp_path / 'broken.ckpt'}", f"output={tmp_path / 'new'}"]) == 2
    assert "no finite numbers" in capfd.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("way", ["files", "a folder as data.id", "a folder below paths.data"])
def test_folders_with_blanks_are_not_named_either(tmp_path: Path, way: str) -> None:
    folder = write_reviews(tmp_path / "Jane Doe" / "secret project" / "sst2")
    words = {
        "files": own_files(folder),
        "a folder as data.id": ["data=hub", f"data.id={folder}"],
        "a folder below paths.data": ["data=sst2", "data.labels=[bad,good]", f"paths.data={folder.parent}"],
    }
    train(compose("train", [*SMALL, *words[way], f"paths.run={tmp_path / 'run'}", "trainer.max_epochs=1"]))
    assert export.main([f"checkpoint={tmp_path / 'run'}", "formats=[]"]) == 0
    for path in (tmp_path / "run" / "bundle").iterdir():
        assert b"Jane" not in path.read_bytes(), path.name


def test_scores_are_those_of_the_best_checkpoint(shipped: dict[str, Path], tmp_path: Path) -> None:
    for name in ("best.ckpt", "last.ckpt"):
        shutil.copy(shipped["sentiment"] / name, tmp_path)
    shutil.copy(shipped["sentiment"] / "metrics.json", tmp_path)
    for name, told in (("best.ckpt", True), ("last.ckpt", False)):
        assert export.main([f"checkpoint={tmp_path / name}", "formats=[]"]) == 0
        assert ("test/accuracy" in (tmp_path / "bundle" / "README.md").read_text()) is told


@pytest.mark.parametrize("metrics", ["[1, 2]", "null", '{"test/accuracy": NaN}', "{"])
def test_odd_scores_are_left_out(shipped: dict[str, Path], tmp_path: Path, metrics: str) -> None:
    shutil.copy(shipped["sentiment"] / "best.ckpt", tmp_path)
    (tmp_path / "metrics.json").write_text(metrics)
    assert export.main([f"checkpoint={tmp_path}", "formats=[]", "license=- x: y"]) == 0
    card = (tmp_path / "bundle" / "README.md").read_text()
    assert 'license: "- x: y"\n' in card
    assert "There are none of the training run." in card
    assert "recurra.load" in card
    assert "recurra_runtime" not in card


def test_int8_alone_without_the_data_leaves_the_exact_graphs(shipped: dict[str, Path], tmp_path: Path) -> None:
    words = [f"checkpoint={shipped['sentiment']}", f"paths.data={tmp_path}", f"output={tmp_path / 'new'}"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(load_task("sentiment").__class__, "prepare_split", absent)
        assert export.main([*words, "formats=[int8]"]) == 0
    recurra_runtime.load(tmp_path / "new").predict(["a fine film"])


def absent(*given: Any) -> Any:
    raise UserError("there is no file")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"{}", b"", b"\xff", b"[" * 100_000])
def test_odd_content_with_its_checksum_is_refused(bundle: Path, name: str, content: bytes) -> None:
    forge(bundle, name, content)
    with pytest.raises(recurra_runtime.BundleError):
        recurra_runtime.load(bundle)


def test_faults_are_told_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    assert export.main(["push=nobody", "formats=[onnx,pickle]", "lisence=mit"]) == 2
    err = capfd.readouterr().err
    for word in ("user/name", "pickle", "lisence"):
        assert word in err


def test_a_bundle_is_uploaded_when_asked(
    shipped: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import huggingface_hub

    calls: list[Any] = []
    monkeypatch.setattr(huggingface_hub.HfApi, "create_repo", lambda self, name, exist_ok: f"https://hub/{name}")
    monkeypatch.setattr(huggingface_hub.HfApi, "upload_folder", lambda self, **given: calls.append(given))
    words = [f"checkpoint={shipped['chargen']}", f"output={tmp_path / 'new'}", "formats=[onnx]", "license=mit"]
    assert export.main([*words, "push=me/mine"]) == 0
    assert calls[0]["repo_id"] == "me/mine"
    assert "uploaded to https://hub/me/mine" in capfd.readouterr().err
    assert "license: mit\n" in (tmp_path / "new" / "README.md").read_text()

    for error, told in ((OSError("no network"), "no network"), (RuntimeError(), "RuntimeError")):

        def refuse(self: Any, name: str, exist_ok: bool, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(huggingface_hub.HfApi, "create_repo", refuse)
        assert export.main([*words, "push=me/mine"]) == 2
        assert f"push=me/mine: {told}" in capfd.readouterr().err
    for name in ("../..", "--/--", "a./b", "a/b/c", "a", f"a/{'b' * 200}"):
        assert export.main([*words, f"push={name}"]) == 2
        assert "user/name" in capfd.readouterr().err


def test_a_check_reads_as_a_line() -> None:
    assert str(Check("labels", "all equal", True)) == "ok     labels: all equal"
