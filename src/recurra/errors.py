"""The errors that a user can mend: one sentence each, without a traceback."""

from __future__ import annotations


class UserError(Exception):
    """What the user gave is wrong (an option, a file, a checkpoint): the command ends with exit code 2."""


class TrainingFailed(Exception):
    """Training itself went wrong (a loss that is not finite): the command ends with exit code 1."""


class ExportFailed(TrainingFailed):
    """What was exported is not the same model: no bundle is written, and the command ends with exit code 1."""


class Pruned(Exception):
    """A trial of a sweep that the sweep has given up, since others were better at this point."""


class TrialsFailed(Exception):
    """A sweep came to its end, but not all of its trials: exit code 1."""


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM, after the state was saved: exit code 128 + number of the signal."""

    def __init__(self, signal: int, message: str) -> None:
        super().__init__(message)
        self.signal = signal
