"""What ``auto`` means: the device, the precision and the number of threads that are fastest for this run."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from recurra.config.train import Trainer
from recurra.errors import UserError


@dataclass(frozen=True)
class Hardware:
    """The choices for one run; stored with it, since bits depend on them."""

    accelerator: str
    precision: str
    threads: int

    @property
    def device(self) -> str:
        return {"cuda": "cuda", "mps": "mps"}.get(self.accelerator, "cpu")


def prepare_process() -> None:
    """Settings that hold for the whole process, whatever it computes."""
    torch.set_flush_denormal(True)  # vanishing gradients become denormal numbers, which are 12 times slower


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h


def keep_freed_memory() -> None:
    """Large blocks that are freed stay with this process; otherwise Linux clears every page anew, at each step.

    Up to a tenth of a training step, for about a tenth more memory.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library than glibc has no such switch
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, 2**25)  # larger blocks still go back
        library.mallopt(_TRIM_THRESHOLD, 2**29)


def choose(config: Trainer, network: nn.Module, step: Callable[[nn.Module], Tensor]) -> Hardware:
    """Fills in what is ``auto``; ``step(network)`` gives the loss of a typical batch, with which the CPU is timed."""
    present = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    accelerator = config.accelerator
    if accelerator == "auto":
        accelerator = "cuda" if present["cuda"] else "cpu"
    if not present[accelerator]:
        raise UserError(
            f"trainer.accelerator={accelerator}: PyTorch finds no such device here; auto takes what there is"
        )
    if accelerator != "cpu":
        precision = config.precision
        if precision == "auto":
            bf16 = accelerator == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
            precision = "bf16-mixed" if bf16 else "32-true"
        threads = torch.get_num_threads() if config.threads == "auto" else config.threads
        return Hardware(accelerator, precision, threads)
    most = torch.get_num_threads()
    threads_ = sorted({most, *(2**n for n in range(most.bit_length()))}) if config.threads == "auto" else [most]
    if isinstance(config.threads, int):
        threads_ = [config.threads]
    precisions = [config.precision]
    if config.precision == "auto":
        precisions = ["32-true", "bf16-mixed"] if cpu_has_bf16() else ["32-true"]
    candidates = [(precision, threads) for precision in precisions for threads in threads_]
    doubtful = config.precision in ("bf16-mixed", "16-mixed") and not cpu_has_bf16()
    if len(candidates) > 1 or doubtful:
        timed = _timer(network, step)
        seconds = {candidate: timed(candidate) for candidate in candidates}
        candidates.sort(key=seconds.__getitem__)
        if doubtful and seconds[candidates[0]] == float("inf"):
            raise UserError(
                f"trainer.precision={config.precision}: this CPU has no instructions for bf16, and PyTorch cannot "
                f"compute this network in it; trainer.precision=auto takes what there is"
            )
    return Hardware("cpu", *candidates[0])


def cpu_has_bf16() -> bool:
    """Whether this CPU multiplies bf16 numbers itself; elsewhere they are slower than fp32."""
    capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capabilities.get("amx_bf16") or capabilities.get("avx512_bf16"))


def _timer(network: nn.Module, step: Callable[[nn.Module], Tensor]) -> Callable[[tuple[str, int]], float]:
    """Seconds of one training step for a precision and a number of threads; infinite where it fails."""
    trial = copy.deepcopy(network).train()

    def seconds(candidate: tuple[str, int]) -> float:
        precision, threads = candidate
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        best = float("inf")
        try:
            with torch.random.fork_rng(devices=[]):
                for _ in range(3):
                    start = time.perf_counter()
                    with torch.autocast("cpu", torch.bfloat16, enabled=precision != "32-true"):
                        loss = step(trial)
                    loss.backward()  # type: ignore[no-untyped-call]
                    best = min(best, time.perf_counter() - start)
        except RuntimeError:  # an instruction set that was switched off, for one
            return float("inf")
        finally:
            torch.set_num_threads(before)
        return best * math.pow(1.1, math.log2(threads))  # more cores must earn their keep

    return seconds
