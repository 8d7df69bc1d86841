"""Mutants of decisions (rules AS-…) about the fields of answers."""

from mockserver.mutants.operators.events import detail, listed
from mockserver.mutants.operators.operations import answering
from mockserver.mutants.operators.patches import mutant, returning
from mockserver.mutants.operators.values import copied, having
from mockserver.operations import alerts

MUTANTS = (
    mutant("AS-212/org-of-a-listed-event", listed(having(org_id="550e8400-e29b-41d4-a716-446655440000"))),
    mutant("AS-212/zones-of-an-event", detail(having(zones=[]))),
    mutant("AS-212/confidence-of-an-event", detail(having(confidence=None))),
    mutant("AS-212/has-more-events", answering("listEvents", having(has_more=False))),
    mutant("AS-212/time-of-a-rules-change", answering("updateAlertRule", copied(updated_at="created_at"))),
    mutant("AS-212/timeline-of-an-alert", returning(alerts._item, having(timeline=[]))),
)
