"""Writing from a checkpoint against the bare network step and the draw, on one thread in fp32.

    python benchmarks/generation.py                   2 x 512 LSTM with random weights
    python benchmarks/generation.py checkpoint=RUN    a trained one

The bare loop calls the cells and the last layer with the checkpoint's weights and draws from the softmax, and does
nothing else. Both take turns, so that the ratio holds whatever else the machine is doing. Memory is the growth of the
process over a text of 100,000 characters.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

import numpy as np
import torch

import recurra
from recurra.commands.check import compose
from recurra.config.chargen import ChargenTrain, LanguageModelSpec
from recurra.decode.sampling import draw
from recurra.hardware import prepare_process
from recurra.model.language_model import RecurrentLanguageModel
from recurra.task.chargen.predictor import ChargenPredictor
from recurra.tokenizer.codepoints import CodePointTokenizer

LENGTH, ROUNDS = 2000, 5


@torch.inference_mode()
def bare(predictor: ChargenPredictor, length: int) -> None:
    """The least that writing takes: for stacks of LSTMs with the outputs added up, as they are by default."""
    network = predictor.network
    cells = [layer.forwards.rnn.all_weights[0] for layer in network.recurrent.layers]
    size = network.config.hidden_size
    states = [(torch.zeros(1, size), torch.zeros(1, size)) for _ in cells]
    generator = np.random.default_rng(1)
    token = torch.ones(1, dtype=torch.long)
    for _ in range(length):
        x = network.embedding.weight[token]
        total = torch.zeros(1, size)
        for number, weights in enumerate(cells):
            states[number] = torch.lstm_cell(x, states[number], *weights)
            x = states[number][0]
            total = total + x
        logits = network.output(total).numpy()
        token = torch.from_numpy(draw(logits, generator.random(1), 0.8))


def untrained() -> ChargenPredictor:
    """The network of the options' defaults, with 512 units."""
    config = compose("train", ["task=chargen", "model.hidden_size=512"])
    assert isinstance(config, ChargenTrain)
    tokenizer = CodePointTokenizer([chr(point) for point in range(32, 97)])
    spec = LanguageModelSpec(vocabulary=len(tokenizer), unknown=tokenizer.unknown)
    return ChargenPredictor(RecurrentLanguageModel(config.model, spec), tokenizer, config)


def main() -> None:
    prepare_process()
    torch.set_num_threads(1)
    predictor = recurra.load(sys.argv[1].removeprefix("checkpoint=")) if sys.argv[1:] else untrained()
    assert isinstance(predictor, ChargenPredictor)
    config = predictor.config.model
    assert config.cell == "lstm"
    assert config.skip
    assert not config.tied

    def seconds(action: object) -> float:
        start = time.perf_counter()
        action()  # type: ignore[operator]
        return time.perf_counter() - start

    for _ in predictor.generate(length=100):
        pass
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(seconds(lambda: sum(1 for _ in predictor.generate(length=LENGTH, temperature=0.8))))
        theirs.append(seconds(lambda: bare(predictor, LENGTH)))
    many = seconds(lambda: sum(1 for _ in predictor.generate_many(["\n"] * 64, 200, 0.8)))
    ratio = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
    print(f"{config.layers} x {config.hidden_size} LSTM, fp32, one thread, {torch.backends.cpu.get_cpu_capability()}")
    print(f"one text:  {LENGTH / statistics.median(ours):,.0f} characters/s, {ratio:.2f} times the bare step and draw")
    print(f"64 texts:  {64 * 200 / many:,.0f} characters/s")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in predictor.generate(length=100_000, temperature=0.8):
        pass
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"memory:    peak of {before / 1024:.0f} MB before and {after / 1024:.0f} MB after 100,000 characters")


if __name__ == "__main__":
    main()
