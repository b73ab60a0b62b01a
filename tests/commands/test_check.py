"""All faults of a command line at once, each with its name and its fix; and a conf/ without faults."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib import resources
from pathlib import Path

import pytest

from recurra.commands.check import check, compose, trainer_faults
from recurra.commands.composition import composer, source
from recurra.commands.options import allowed, options, schema_for
from recurra.commands.quoting import quote
from recurra.config import SCHEMAS
from recurra.config.sentiment import SentimentTrain
from recurra.errors import UserError

CONF = Path(str(resources.files("recurra.conf")))
CHOICES = sorted(
    (path.parent.name, path.stem)
    for path in CONF.glob("*/*.yaml")
    if path.parent.name != "hydra" and not path.stem.startswith("base_")
)
OF_A_TASK = ("data", "tokenizer", "model", "loss", "decode")
"""Groups whose choices are for one task each; those of the others are for all of them."""
NEEDS = {
    "files": ["data.train=reviews.csv"],
    "hub": ["data.id=org/name"],
    "plain": ["data.path=book.txt"],
    "parallel": ["data.train=[a.en,a.de]"],
    "prune": ["init_from=RUN"],
}
"""What must be given beside a choice."""


def faults(*words: str, command: str = "train", multirun: bool = False) -> str:
    """The faults of a command line, joined."""
    argv = quote([*(["-m"] if multirun else []), *words])
    return "\n".join(check(command, argv[multirun:], multirun))


@pytest.mark.parametrize("command", sorted(SCHEMAS))
def test_the_shipped_config_is_sound(command: str) -> None:
    assert check(command, []) == []
    assert compose(command).model_dump().keys() >= {"paths"}


@pytest.mark.parametrize(("group", "choice"), CHOICES)
def test_every_choice_is_sound(group: str, choice: str) -> None:
    needs = NEEDS.get(choice, []) if group in ("data", "callbacks") else []
    if group in ("task", "experiment"):
        assert faults(f"{group}={choice}") == ""
        return
    if group == "sweep":
        assert faults(f"sweep={choice}", "model.layers=1,2", multirun=True) == ""
        return
    if group == "space":
        found = [faults(f"space={choice}", "sweep=tpe", f"task={task}", multirun=True) for task in SCHEMAS["train"]]
        assert "" in found
        return
    found = {task: faults(f"{group}={choice}", f"task={task}", *needs) for task in SCHEMAS["train"]}
    if group in OF_A_TASK:
        assert "" in found.values()
    else:
        assert set(found.values()) == {""}


@pytest.mark.parametrize(("group", "choice"), [pair for pair in CHOICES if pair[0] not in ("callbacks", "paths")])
def test_every_choice_says_what_it_is(group: str, choice: str) -> None:
    assert source(group, choice).startswith("#")


def test_the_tasks_are_those_of_the_schemas() -> None:
    assert {choice for group, choice in CHOICES if group == "task"} == set(SCHEMAS["train"])


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("model.layers=0", ["model.layers=0", "from 1 to 32"]),
        ("model.layers=two", ["model.layers=two", "a whole number"]),
        ("model.layers=1.5", ["a whole number"]),
        ("model.dropout=1", ["from 0 to below 1"]),
        ("model.cell=lsmt", ["one of rnn_tanh, rnn_relu, gru, lstm", "did you mean lstm?"]),
        ("model.pooling=[max,foo]", ["[max,foo]", "last, mean, max, attention"]),
        ("model.pooling=[]", ["at least 1"]),
        ("model.pooling=[last]", ["sees the last alone", "model.segment=0"]),
        ("optimizer.betas=[0.9]", ["2 of them"]),
        ("seed=null", ["seed=null", "a whole number"]),
        ("trainer.val_check_interval=0", ["a number above 0"]),
        ("model.bidirectional=yes", ["true or false"]),
        ("model.hiden_size=3", ["no such option", "did you mean model.hidden_size?"]),
        ("lr=1e-3", ["no such option", "did you mean optimizer.lr?"]),
        ("hidden_size=3", ["did you mean model.hidden_size?"]),
        ("modle.layers=3", ["did you mean model.layers?"]),
        ("optimiser=sgd", ["did you mean optimizer?"]),
        ("+model.foo=1", ["model.foo", "no such option"]),
        ("+seed=3", ["write seed=3"]),
        ("~sed", ["did you mean seed?"]),
        ("~seed", ["seed: is missing"]),
        ("~data", ["choose one with data=NAME"]),
        ("trainer.max_epoch=3", ["did you mean trainer.max_epochs?", "+trainer.max_epoch=VALUE"]),
        ("trainer.foo=3", ["not one of the listed options", "+trainer.foo=VALUE"]),
        ("data=ssst2", ["no such choice", "did you mean data=sst2?", "imdb"]),
        ("data=base_rows", ["no such choice"]),
        ("model=gru", ["did you mean model.cell=gru?", "classifier"]),
        ("model=null", ["choose one with model=NAME"]),
        ("task=translatoin", ["no such choice"]),
        ("+model=classifier", ["write model=classifier"]),
        ("model={layers: 2, foo: 1}", ["model.NAME=VALUE"]),
        ("model.layers=1,2", ["-m", "model.layers=[1,2]"]),
        ("seed", ["name=value"]),
        ("=3", ["name=value"]),
        ("café=3", ["not the name of an option"]),
        ("seed=[1,2", ["cannot be read", "'[1,2'"]),
        ("paths.run=${nope}", ["paths.run", "nope"]),
        ("paths.run=${", ["interpolation"]),
        ("hydra.foo=3", ["hydra.foo"]),
        ("hydra/launcher=foo", ["no such choice", "basic"]),
        ("data.task=chess", ["task=chess", "task=sentiment"]),
        ("data.labels=[bad,good,bad]", ["data.labels", "'bad' is named twice"]),
        ("data.text=[]", ["data.text=[]", "a text or a list of texts (at least 1)"]),
        ("trainer.threads=0", ["from 1 to 1024", "auto"]),
        ("trainer.max_epochs=0", ["a whole number of at least 1 or -1"]),
        ("trainer.max_steps=0", ["a whole number of at least 1 or -1"]),
        ("trainer.limit_train_batches=1.5", ["a number above 0 and at most 1 or a whole number of at least 1"]),
        ("optimizer.betas=[0.9,1]", ["a list of numbers from 0 to below 1 (2 of them)"]),
        ("optimizer.lr=inf", ["optimizer.lr=inf", "a number above 0"]),
        ("loss.class_weights=[1,0]", ["loss.class_weights=[1,0]"]),
        ("model.subwords=[4,3]", ["the shortest length comes first"]),
        ("task.monitor=val/acuracy", ["val/macro_f1", "did you mean val/accuracy?"]),
    ],
)
def test_a_fault_names_the_option_and_the_fix(word: str, parts: list[str]) -> None:
    found = faults(word)
    assert len(found.split("\n")) == 1
    for part in parts:
        assert part in found


def test_all_faults_come_at_once() -> None:
    found = check(
        "train",
        [
            "data=ssst2",
            "lr=1",
            "model.layers=0",
            "seed=[1",
            "optimizer.lr=fast",
            "callbacks=prune",
        ],
    )
    assert len(found) == 6
    for part in ("ssst2", "lr:", "model.layers=0", "seed=[1", "optimizer.lr=fast", "init_from=RUN"):
        assert any(part in line for line in found)


def test_a_fault_of_a_data_set_is_one_fault_in_every_task() -> None:
    found = faults("task=chargen", "data=plain")
    assert len(found.split("\n")) == 1
    assert "data.path: must be given" in found
    both = faults("task=chargen", "data=plain", "callbacks=prune")
    assert len(both.split("\n")) == 2
    assert "init_from=RUN" in both


def test_an_option_of_a_part_that_is_left_out() -> None:
    assert "logger=csv" in faults("logger=csv", "logger.wandb.mode=online")
    assert "choose one with data=NAME" in faults("data.text=review", command="evaluate")
    assert faults("data=imdb", "data.text=review", command="evaluate") == ""


@pytest.mark.parametrize("choice", [choice for group, choice in CHOICES if group == "data"])
def test_a_data_set_is_evaluated_whatever_its_file_sets_for_training(choice: str) -> None:
    assert faults(f"data={choice}", *NEEDS.get(choice, []), command="evaluate") == ""


def test_what_a_command_does_not_take() -> None:
    assert "model.layers=2: evaluate takes this from the checkpoint" in faults("model.layers=2", command="evaluate")
    assert "tokenizer=bpe: evaluate takes this from the checkpoint" in faults("tokenizer=bpe", command="evaluate")
    assert "evaluate has no task=" in faults("task=sentiment", command="evaluate")
    assert "did you mean text?" in faults("txt=a", command="predict")


def test_extras_are_allowed_only_for_the_trainer() -> None:
    assert faults("+trainer.foo=1") == ""
    assert faults("+optimizer.foo=1") != ""


def test_extras_are_held_against_the_signature_of_the_trainer() -> None:
    assert trainer_faults({}) == []
    assert trainer_faults({"detect_anomaly": True}) == []
    (found,) = trainer_faults({"detect_anomly": True})
    assert "did you mean +trainer.detect_anomaly?" in found


def test_every_value_of_a_sweep_is_checked() -> None:
    sweep = ["model.layers=1,2", "seed=range(1,9)", "data=imdb,sst2", "optimizer=glob(*)"]
    assert faults(*sweep, multirun=True) == ""
    found = faults("model.layers=2,1,0", "data=imdb,ssst2", "seed=choice(1,2,x)", multirun=True)
    for part in ("model.layers=0", "data=ssst2", "seed=x"):
        assert part in found
    assert len(found.split("\n")) == 3


def test_both_ends_of_an_interval_are_checked() -> None:
    both = ["model.layers=interval(1,4)", "optimizer.lr=tag(log,interval(1e-4,1e-2))"]
    assert faults("sweep=tpe", *both, multirun=True) == ""
    found = faults(
        "sweep=tpe", "lr=interval(0,1)", "model.layers=interval(2,4.5)", "data.batch_size=interval(-1,3)", multirun=True
    )
    for part in ("optimizer.lr", "model.layers=4.5", "data.batch_size=-1"):
        assert part in found
    assert len(found.split("\n")) == 3
    assert "trainer.threads=2.854" in faults("sweep=tpe", "trainer.threads=interval(1,4)", multirun=True)
    assert faults("sweep=tpe", "trainer.threads=int(interval(1,4))", multirun=True) == ""
    assert "one by one: seed=1,2,3" in faults("sweep=tpe", "seed=interval(1,3)", multirun=True)
    assert "sweep=tpe or sweep=random" in faults(*both, multirun=True)
    assert "above 0" in faults("sweep=tpe", "model.dropout=tag(log,interval(0,0.5))", multirun=True)
    assert "lower end" in faults("sweep=tpe", "model.dropout=interval(0.5,0.1)", multirun=True)


def test_a_sweep_without_the_flag_is_refused_with_the_command_that_was_meant() -> None:
    found = faults("task=chargen", "sweep=tpe", "sweep.trials=5")
    assert found == (
        "sweep=tpe sweep.trials=5: a sweep takes -m: python train.py -m task=chargen sweep=tpe sweep.trials=5"
    )
    assert "takes -m" in faults("space=sentiment")
    assert "nothing to search" in faults("sweep=tpe", multirun=True)
    assert "sweep.resume=auto" in faults("model.layers=1,2", "resume=auto", multirun=True)
    assert "step of a range is not 0" in faults("model.layers=range(1,3,0)", multirun=True)
    assert "cannot be swept" in faults("sweep.trials=3,4", "model.layers=1,2", multirun=True)
    assert "val/" in faults("model.layers=1,2", "sweep.objectives=[test/accuracy]", multirun=True)
    assert "must be one of val/accuracy, " in faults("seed=1,2", "sweep.objectives=[val/bleu]", multirun=True)
    assert faults("seed=1,2", "task=translation", "sweep.objectives=[val/bleu]", multirun=True) == ""
    assert "sweep.study" in faults("model.layers=1,2", "sweep.storage=sqlite:////tmp/x.db", multirun=True)
    assert faults("task=sentiment,chargen", multirun=True) == ""


def test_sweeps_that_cannot_be() -> None:
    assert "no values" in faults("seed=range(3,3)", multirun=True)
    assert "cannot be swept" in faults("hydra.run.dir=a,b", multirun=True)


def test_later_beats_earlier_in_the_defaults(tmp_path: Path) -> None:
    """Command line beats experiment beats task beats data."""
    (tmp_path / "data").mkdir()
    (tmp_path / "task").mkdir()
    (tmp_path / "experiment").mkdir()
    (tmp_path / "data" / "d.yaml").write_text(_layer("defaults: [base_rows]", seed=11, layers=11, lr=11, epochs=11))
    (tmp_path / "task" / "t.yaml").write_text(_layer("defaults: [sentiment]", seed=12, layers=12, lr=12))
    (tmp_path / "experiment" / "e.yaml").write_text(_layer("", seed=13, layers=13))
    words = ["data=d", "task=t", "experiment=e", "seed=14", f"hydra.searchpath=[file://{tmp_path}]"]
    with composer("train") as conf:
        parsed, _ = conf.parse(words)
        composed = conf.compose(parsed)
    assert composed.faults == []
    config = composed.config
    assert (config.seed, config.model.layers, config.optimizer.lr) == (14, 13, 12)
    assert config.trainer.max_epochs == 11


def _layer(head: str, seed: int, layers: int, lr: int | None = None, epochs: int | None = None) -> str:
    lines = ["# @package _global_", head, f"seed: {seed}", f"model: {{layers: {layers}}}"]
    lines += [f"optimizer: {{lr: {lr}}}"] if lr else []
    lines += [f"trainer: {{max_epochs: {epochs}}}"] if epochs else []
    return "\n".join(lines)


def test_an_experiment_beside_a_task_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "task").mkdir()
    (tmp_path / "experiment").mkdir()
    (tmp_path / "task" / "other.yaml").write_text("# @package _global_\ndefaults: [sentiment]\n")
    (tmp_path / "experiment" / "e.yaml").write_text(
        "# @package _global_\ndefaults:\n  - override /task: sentiment\nseed: 5\n"
    )
    path = f"hydra.searchpath=[file://{tmp_path}]"
    assert faults("experiment=e", path) == ""
    assert faults("experiment=e", "task=sentiment", path) == ""
    assert "leave task= out" in faults("experiment=e", "task=other", path)


def test_a_mandatory_value_is_asked_for() -> None:
    """One that the shipped files mark, or the command line itself, by Hydra's ???."""
    assert "seed: must be given" in faults("seed=???")
    assert faults("data.phenomenon=???") == "", "a text may be anything"


def test_compose_raises_all_faults() -> None:
    with pytest.raises(UserError, match=r"(?s)lr: .*model\.layers=0"):
        compose("train", ["lr=1", "model.layers=0"])


def test_compose_gives_the_validated_model() -> None:
    config = compose("train", ["model.layers=2", "optimizer=sgd"])
    assert isinstance(config, SentimentTrain)
    assert config.model.layers == 2
    assert config.optimizer.kind == "sgd"


@pytest.mark.parametrize(("name", "field"), options(schema_for("train", "sentiment")).items())
def test_every_option_can_be_described(name: str, field: object) -> None:
    assert allowed(field) not in ("", None), name  # type: ignore[arg-type]


def test_a_fault_is_found_within_a_second_and_without_torch() -> None:
    words = [
        "data=ssst2",
        "lr=1",
        "model.layers=0",
        "optimizer.lr=fast",
        "seed=x",
        "model.cell=a",
        "trainer.a=1",
    ]
    began = time.process_time()
    assert len(check("train", words)) == len(words)
    assert time.process_time() - began < 1.0
    heavy = "{'torch', 'pytorch_lightning', 'datasets', 'wandb', 'rich', 'optuna'} & set(sys.modules)"
    code = f"import sys; from recurra.commands.cli import run; assert run('train', print, {words}) == 2"
    code = f"{code}; assert not {heavy}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
