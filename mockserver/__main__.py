"""``python -m mockserver`` is ``novavms-mock``."""

import sys

from mockserver.cli import main

sys.exit(main())
