#!/bin/sh
# The gate of a release, for any CI: its exit code decides, the folder out has the report.
# TARGET: mock, a URL, or a name in the target file CONFIG. OPTIONS: further options, such as --min-decided 90%.
set -eu
novavms-contract run "${TARGET:-mock}" ${CONFIG:+--config "$CONFIG"} \
  --requirements v1.0 --waivers waivers.toml --report out ${OPTIONS:-}
