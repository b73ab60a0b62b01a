"""What trials import: the process that they are copies of imports this module, once for all of them."""

from importlib import import_module

from recurra.imports import import_lightning
from recurra.task import TASKS

import_lightning()
for module in (
    "torchtext.vocab",
    "recurra.training",
    "recurra.closing",
    *(place.partition(":")[0] for place in TASKS.values()),
):
    import_module(module)
