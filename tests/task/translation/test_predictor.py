"""What a trained translator answers, from Python and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.task.translation.test_contract import SMALL, write_pairs

import recurra
from recurra.commands import evaluate, predict, train
from recurra.errors import UserError
from recurra.task.translation.predictor import TranslationPredictor
from recurra_runtime.sampling import Drawing

LEARNS = [
    "model.embedding_size=16", "model.hidden_size=16", "model.decoder_size=32", "model.embedding_dropout=0",
    "model.dropout=0", "model.output_dropout=0", "loss.label_smoothing=0",
    "optimizer.lr=2e-2", "optimizer.matrix_lr=0.1",
]  # fmt: skip
"""What makes a network learn the pairs in seconds."""


@pytest.fixture(scope="class")
def run(tmp_path_factory: pytest.TempPathFactory, quick: None) -> Path:
    home = tmp_path_factory.mktemp("translation")
    write_pairs(home / "data" / "multi30k", 300)
    small = [word for word in SMALL if not word.startswith(("model.", "decode."))]
    words = [*small, "data=multi30k", "data.source=en", "data.target=fr", "tokenizer.kind=word", *LEARNS]
    words += ["trainer.max_epochs=8", f"paths.data={home}/data", f"paths.run={home}/run"]
    assert train.main(words) == 0
    return home / "run"


@pytest.fixture
def predictor(run: Path) -> TranslationPredictor:
    found = recurra.load(run)
    assert isinstance(found, TranslationPredictor)
    return found


class TestPredictor:
    def test_the_run_has_its_pictures_and_translations(self, run: Path) -> None:
        *_, last = sorted(run.glob("samples-*"))
        assert {path.name for path in last.iterdir()} == {"attention-1.png", "attention-2.png"}
        assert {"attention-1.png", "translations.jsonl", "signatures.txt", "samples.jsonl"} <= {
            path.name for path in run.iterdir()
        }
        scores = json.loads((run / "metrics.json").read_text())
        assert {"test/bleu", "test/chrf", "test/perplexity", "test/word_perplexity", "val/bleu"} <= set(scores)

    def test_it_has_learned_to_translate(self, run: Path, predictor: TranslationPredictor) -> None:
        assert json.loads((run / "metrics.json").read_text())["test/bleu"] > 95
        lines = (run.parent / "data" / "multi30k" / "test.jsonl").read_text().splitlines()
        pairs = [json.loads(line)["translation"] for line in lines]
        assert predictor.predict_texts([pair["en"] for pair in pairs]) == [pair["fr"] for pair in pairs]

    def test_the_best_come_first(self, predictor: TranslationPredictor) -> None:
        (answer,) = predictor.predict("the dog sees a cat.", nbest=4)
        scores = [each["score"] for each in answer["nbest"]]
        assert len(scores) == 4
        assert scores == sorted(scores, reverse=True)
        assert answer["translation"] == answer["nbest"][0]["translation"]
        with pytest.raises(UserError, match="nbest=9: a beam of 5 finds at most as many; give beam=9"):
            predictor.predict("the dog.", nbest=9)

    def test_translations_can_be_drawn(self, predictor: TranslationPredictor) -> None:
        texts = ["the dog sees a cat.", "a bird."]
        warm = Drawing(temperature=1.5, top_k=0, top_p=1.0, seed=3)
        drawn = predictor.predict(texts, nbest=3, drawing=warm)
        assert drawn == predictor.predict(texts, nbest=3, drawing=warm)
        assert drawn[1]["nbest"] == predictor.predict(texts[1:], nbest=3, drawing=warm)[0]["nbest"]
        assert len({each["translation"] for each in drawn[0]["nbest"]}) > 1
        cold = predictor.predict(texts, drawing=Drawing(temperature=0.0, top_k=0, top_p=1.0, seed=3))
        assert [a["translation"] for a in cold] == predictor.predict_texts(texts, beam=1)

    def test_an_unknown_word_is_taken_over_from_the_source(self, predictor: TranslationPredictor) -> None:
        """Whatever the network writes, no unknown token is left, and none without the option either."""
        texts = ["the Zaphod sees a cat.", "the Trillian sees a Zaphod."]
        known = set(predictor.tokenizer.target.tokens())
        for text, (best, *_) in zip(texts, predictor.translate(texts), strict=True):
            taken = [token for token in best.target if token not in known]
            assert all(token in best.source for token in taken), text
            assert "<unk>" not in best.text
        for best, *_ in predictor.translate(texts, replace_unknown=False):
            assert set(best.target) <= known - {"<unk>"}

    def test_a_text_longer_than_anything_in_training(self, predictor: TranslationPredictor) -> None:
        long = "the dog sees a cat " * 400
        answers = predictor.predict([long, "a bird."])
        assert answers[1] == predictor.predict("a bird.")[0]
        assert len(answers[0]["translation"]) > 0

    def test_from_the_command_line(self, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        picture = tmp_path / "picture.png"
        words = [f"checkpoint={run}", "text=the dog sees a cat.", "beam=3", "nbest=2", f"attention={picture}"]
        assert predict.main(words) == 0
        answer = json.loads(capsys.readouterr().out)
        assert len(answer["nbest"]) == 2
        assert picture.exists()
        (tmp_path / "some.txt").write_text("a bird.\n\n春眠不觉晓\n", encoding="utf-8")
        assert predict.main([f"checkpoint={run}", f"input={tmp_path}/some.txt", "beam=0", "seed=5"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 3
        assert predict.main([f"checkpoint={run}", "prompt=the"]) == 2
        assert predict.main([f"checkpoint={run}", f"input={tmp_path}/some.txt", f"attention={picture}"]) == 2
        assert "attention=FILE draws one text" in capsys.readouterr().err

    def test_evaluated_again_and_against_another(
        self, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = [f"checkpoint={run}", f"paths.data={run.parent}/data", f"output={tmp_path}/scores"]
        assert evaluate.main([*words, f"against={run}"]) == 0
        told = capsys.readouterr()
        scores = json.loads((run / "metrics.json").read_text())
        again = json.loads((tmp_path / "scores" / "metrics.json").read_text())
        assert again["test/bleu"] == pytest.approx(scores["test/bleu"])
        assert again["test/perplexity"] == pytest.approx(scores["test/perplexity"])
        assert "difference +0.00" in told.err

    def test_models_of_two_directions_are_not_compared(
        self, run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home = run.parent
        words = ["data=multi30k", "data.source=fr", "data.target=en", "debug=fast", *SMALL]
        assert train.main([*words, f"paths.data={home}/data", f"paths.run={tmp_path}/back"]) == 0
        words = [f"checkpoint={run}", f"paths.data={home}/data", f"output={tmp_path}/scores"]
        assert evaluate.main([*words, f"against={tmp_path}/back"]) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert "one model translates from en into fr, the other from fr into en" in said
        assert not (tmp_path / "scores").exists(), "told before any work"

    def test_however_long_the_source_the_translation_ends(
        self, predictor: TranslationPredictor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = "the dog sees a cat. " * 9
        free = [len(predictor.translate([text], beam=beam)[0][0].target) for beam in (1, 3)]
        assert min(free) > 4
        monkeypatch.setattr("recurra.task.translation.predictor.LONGEST", 4)
        for beam in (1, 3):
            ((found,),) = predictor.translate([text], beam=beam)
            assert len(found.target) <= 4

    def test_evaluated_on_a_test_part_of_ones_own(self, run: Path, tmp_path: Path) -> None:
        (tmp_path / "a.en").write_text("the dog sees a cat.\na bird.\n", encoding="utf-8")
        (tmp_path / "a.fr").write_text("le chien voit un chat.\nun oiseau.\n", encoding="utf-8")
        words = [f"checkpoint={run}", "data=parallel", f"data.test=[{tmp_path}/a.en,{tmp_path}/a.fr]"]
        words += ["data.source=en", "data.target=fr", f"paths.data={tmp_path}/data", f"output={tmp_path}/scores"]
        assert evaluate.main(words) == 0
        assert len((tmp_path / "scores" / "translations.jsonl").read_text().splitlines()) == 2

    def test_data_of_another_direction_are_refused(self, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
        words = [f"checkpoint={run}", "data=multi30k", f"paths.data={run.parent}/data"]
        assert evaluate.main([*words, "data.source=fr", "data.target=en"]) == 2
        assert "the model translates from en into fr; add data.source=en data.target=fr" in capsys.readouterr().err
        assert evaluate.main([*words, "data.target=de"]) == 2
        assert "is read from en into de" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("attention", "words", "expected"),
        [
            ("picture.jpg", [], "give a name that ends in .png"),
            ("nowhere/picture.png", [], "cannot write to nowhere/picture.png: No such file or directory"),
            ("picture.png", ["beam=2", "nbest=3"], "nbest=3: a beam of 2"),
        ],
    )
    def test_a_picture_that_cannot_be(
        self, run: Path, capsys: pytest.CaptureFixture[str], attention: str, words: list[str], expected: str
    ) -> None:
        assert predict.main([f"checkpoint={run}", "text=a dog sees", f"attention={attention}", *words]) == 2
        assert expected in capsys.readouterr().err

    def test_options_that_there_are_not(self, predictor: TranslationPredictor) -> None:
        with pytest.raises(TypeError, match="no option baem"):
            predictor.predict("a bird.", baem=3)
        with pytest.raises(UserError, match="beam=0: from 1"):
            predictor.predict("a bird.", beam=0)
        with pytest.raises(TypeError, match="a text is a string, not int"):
            predictor.predict([5])  # type: ignore[list-item]
        assert predictor.predict("a \ud800 bird.")[0]["translation"]
