"""Training throughput: the whole of `train.py` against a bare loop and against the packed form of the tutorials.

    python benchmarks/throughput.py data=rotten_tomatoes
    ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 python benchmarks/throughput.py data=rotten_tomatoes
    python benchmarks/throughput.py experiment=tinyshakespeare

Three ways of training the same network on the same batches with the same loss take turns in one process, so that the
ratios hold whatever else the machine is doing: (1) Lightning with everything that is on by default: logging,
checkpoints, progress, averaging; (2) a bare PyTorch loop in the same precision, which clips and averages too; (3) a
bare loop over what tutorials use: for task=sentiment a bidirectional `nn.LSTM` over packed sequences in fp32, for
task=translation the input-feeding decoder with as many parameters (nothing where streams are contiguous).
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from recurra import training
from recurra.commands.check import compose
from recurra.config.sentiment import SentimentTrain
from recurra.config.train import Train
from recurra.config.translation import TranslationTrain
from recurra.hardware import prepare_process
from recurra.logger.build import close_loggers, make_loggers
from recurra.optimizer import make_optimizer
from recurra.scheduler import Course
from recurra.stop import StopRequest
from recurra.task import load_task
from recurra.task.base import Task

BATCHES, WARMUP, ROUNDS = 60, 10, 5


class Clock(pl.Callback):
    """Seconds from the end of batch ``WARMUP`` to the end of the last one."""

    def on_train_batch_end(self, trainer: pl.Trainer, module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        if batch_idx == WARMUP - 1:
            self.start = time.perf_counter()
        self.seconds = time.perf_counter() - getattr(self, "start", 0.0)


class Packed(nn.Module):
    """The recurrent layers as tutorials write them: one bidirectional `nn.LSTM` over packed sequences."""

    def __init__(self, config: SentimentTrain) -> None:
        super().__init__()
        model = config.model
        self.rnn = nn.LSTM(
            model.embedding_size, model.hidden_size, model.layers, batch_first=True, bidirectional=model.bidirectional
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        states: Tensor = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.shape[1])[0]
        return states


def input_feeding(config: TranslationTrain, task: Task, prepared: Any) -> TranslationTrain:
    """The same with the input-feeding decoder, as wide as makes the number of parameters most alike."""

    def parameters(trial: TranslationTrain) -> int:
        return sum(p.numel() for p in task.module(trial, prepared).network.parameters())

    def with_size(size: int) -> TranslationTrain:
        model = config.model.model_copy(update={"decoder": "input_feeding", "decoder_size": size})
        return config.model_copy(update={"model": model})

    sizes = [config.model.decoder_size + 32 * number for number in range(20)]
    return min(map(with_size, sizes), key=lambda trial: abs(parameters(trial) - parameters(config)))


def main() -> None:
    prepare_process()
    config = compose("train", ["logger=csv", *sys.argv[1:]])
    assert isinstance(config, Train)
    task = load_task(config.task.name)
    prepared = task.prepare(config, None)
    config, hardware = training.with_hardware(config, None, task, task.module(config, prepared), prepared)
    torch.set_num_threads(hardware.threads)
    loader = task.loaders(config, prepared).train
    batches = [loader.make(rows) for rows in loader.batches()[:BATCHES]]
    tokens = sum(map(task.module(config, prepared).tokens, batches[WARMUP:]))
    bf16 = hardware.precision == "bf16-mixed"
    other = {"sentiment": ["packed"], "translation": ["input_feeding"]}.get(config.task.name, [])
    ways = ["recurra", "bare", *other]
    seconds: dict[str, list[float]] = {way: [] for way in ways}

    def loop(module: Any, loss: Any, autocast: bool, average: bool) -> float:
        network = module.network
        optimizer = make_optimizer(network, config.optimizer, hardware.precision)
        course = torch.optim.lr_scheduler.LambdaLR(optimizer, Course(config.scheduler, 1000).rate)
        parameters = list(network.parameters())
        averaged = [p.detach().clone() for p in parameters]
        update = training.moving_average(config.optimizer.averaging)
        start = 0.0
        for number, rows in enumerate(loader.batches()[:BATCHES]):
            if number == WARMUP:
                start = time.perf_counter()
            batch = loader.make(rows)
            with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
                value = loss(batch)
            optimizer.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(parameters, config.trainer.gradient_clip_val or torch.inf)
            optimizer.step()
            course.step()
            if average:
                update(averaged, parameters, torch.tensor(number))
        return time.perf_counter() - start

    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder, StopRequest() as stop:
            short = config.model_copy(
                update={"trainer": config.trainer.model_copy(update={"max_epochs": 1, "limit_train_batches": BATCHES})}
            )
            module = task.module(config, prepared)
            module.use(short, len(loader))
            loggers = make_loggers(short, Path(folder), 0)
            trainer, _keeping = training.make_trainer(short, len(loader), Path(folder), hardware, loggers, stop)
            clock = Clock()
            trainer.callbacks.append(clock)  # type: ignore[attr-defined]
            trainer.fit(module, task.loaders(config, prepared).train, task.loaders(config, prepared).validation)
            close_loggers()
            seconds["recurra"].append(clock.seconds)
        module = task.module(config, prepared).train()
        seconds["bare"].append(loop(module, lambda batch, m=module: m.loss(batch)[0], bf16, True))
        if isinstance(config, SentimentTrain):
            module = task.module(config, prepared).train()
            module.network.recurrent = Packed(config)
            seconds["packed"].append(loop(module, lambda batch, m=module: m.loss(batch)[0], False, average=False))
        if isinstance(config, TranslationTrain):
            module = task.module(input_feeding(config, task, prepared), prepared).train()
            seconds["input_feeding"].append(loop(module, lambda batch, m=module: m.loss(batch)[0], bf16, True))
    print(f"{torch.backends.cpu.get_cpu_capability()}, {hardware.precision}, {hardware.threads} thread(s)")
    for name, times in seconds.items():
        print(f"{name:13} {tokens / statistics.median(times):10,.0f} tokens/s (median of {ROUNDS})")
    for other in ways[1:]:
        ratios = [b / a for a, b in zip(seconds["recurra"], seconds[other], strict=True)]
        shown = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"recurra is {shown} times as fast as {other}")


if __name__ == "__main__":
    main()
