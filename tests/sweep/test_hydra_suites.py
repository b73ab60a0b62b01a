"""What Hydra asks of a launcher and of a sweeper, in its own words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hydra import version
from hydra.core.singleton import Singleton
from hydra.test_utils.launcher_common_tests import BatchedSweeperTestSuite, IntegrationTestSuite, LauncherTestSuite

OURS = ["hydra/sweeper=recurra"]


@pytest.fixture(autouse=True)
def as_hydra_starts() -> Iterator[None]:
    """The suites count on the version base that holds where nobody has chosen one, as our commands do."""
    before = Singleton.get_state()
    version.setbase("1.1")
    yield
    Singleton.set_state(before)


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
