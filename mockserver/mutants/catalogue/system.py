"""Mutants about health and the document."""

from mockserver.mutants.operators.document import moved, role
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import for_each, mutant
from mockserver.mutants.operators.values import lacking, sometimes

MUTANTS = (
    *for_each(
        "SYS-02/no-{}", ("status", "db", "go2rtc", "version"), lambda name: answering("getApiHealth", lacking(name))
    ),
    mutant("SYS-02/guarded", role("getApiHealth", "viewer")),
    mutant("SYS-02/elsewhere", moved("/api/v1/health", "/api/v1/status")),
    mutant("SYS-02/sometimes-silent", answering("getApiHealth", sometimes(lacking("db")))),
)
