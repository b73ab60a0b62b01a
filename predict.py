"""Ask a checkpoint: python predict.py checkpoint=RUN text="…"."""

import sys

from recurra.commands.predict import main

if __name__ == "__main__":
    sys.exit(main())
