"""Wrong laws about events."""

from mockserver.mutants.catalogue import (
    events_access,
    events_changes,
    events_export,
    events_histories,
    events_items,
    events_list,
)

MUTANTS = (
    *events_access.MUTANTS,
    *events_list.MUTANTS,
    *events_items.MUTANTS,
    *events_changes.MUTANTS,
    *events_histories.MUTANTS,
    *events_export.MUTANTS,
)
