"""What Hydra asks of a launcher and of a sweeper, in its own words."""

from __future__ import annotations

import pytest
from hydra.core.singleton import Singleton
from hydra.test_utils.launcher_common_tests import BatchedSweeperTestSuite, IntegrationTestSuite, LauncherTestSuite
from hydra.version import VersionBase


@pytest.fixture(autouse=True)
def _no_version_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suites take it that nobody has set one in this process."""
    others = {kind: one for kind, one in Singleton._instances.items() if kind is not VersionBase}
    monkeypatch.setattr(Singleton, "_instances", others)


OURS = ["hydra/sweeper=recurra"]


@pytest.mark.parametrize(("launcher_name", "overrides"), [("recurra", []), ("recurra", OURS)])
class TestLauncher(LauncherTestSuite):
    """Our launcher below Hydra's sweeper and below ours."""


@pytest.mark.parametrize(("task_launcher_cfg", "extra_flags"), [({}, ["-m", "hydra/launcher=recurra"])])
class TestIntegration(IntegrationTestSuite):
    """Scripts of their own, which define their task function in ``__main__``."""


@pytest.mark.parametrize(
    ("launcher_name", "overrides"),
    [(launcher, [*OURS, "hydra.sweeper.max_batch_size=2"]) for launcher in ("recurra", "basic")],
)
class TestBatches(BatchedSweeperTestSuite):
    """Our sweeper hands over trials in batches where it is told to."""
