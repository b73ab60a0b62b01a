"""Ship a model: python export.py checkpoint=RUN."""

import sys

from recurra.commands.export import main

if __name__ == "__main__":
    sys.exit(main())
