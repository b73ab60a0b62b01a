"""Train a model: python train.py task=sentiment (python train.py --help shows every option)."""

import sys

from recurra.commands.train import main

if __name__ == "__main__":
    sys.exit(main())
