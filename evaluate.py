"""Score a checkpoint: python evaluate.py checkpoint=RUN."""

import sys

from recurra.commands.evaluate import main

if __name__ == "__main__":
    sys.exit(main())
