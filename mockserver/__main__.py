"""``python -m mockserver`` is ``novavms-mock``."""

import sys

from mockserver.cli.main import main

sys.exit(main())
