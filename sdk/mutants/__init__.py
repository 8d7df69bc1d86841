"""Mutants of the SDK: each breaks a rule of its documentation, to prove that the checks of the rule can fail.

``novavms-contract sdk --kill sdk/mutants`` runs the checks on MUTANTS, which were written one by one, and with
``--generated`` on GENERATED, which operators make of the verbs of both clients. They are not part of the distribution.
"""

from inspect import isclass

from mutants import (
    answers,
    at_once,
    clients,
    documented,
    errors,
    models,
    options,
    package,
    pages,
    resources,
    retries,
    secrets,
)
from mutants.generated import GENERATED, UNDOCUMENTED
from mutants.patches import Mutant
from novavms import models as known_models
from novavms._core.values import Model

__all__ = ["GENERATED", "MUTANTS", "UNDOCUMENTED"]

# Models are built at their first use, which could be under a mutant of another one.
for _model in vars(known_models).values():
    if isclass(_model) and issubclass(_model, Model):
        _model.model_rebuild()

_TOPICS = (
    *(package, clients, secrets, options, retries, resources, errors),
    *(models, answers, pages, at_once, documented),
)

MUTANTS: dict[str, Mutant] = {}
for _topic in _TOPICS:
    if _repeated := MUTANTS.keys() & _topic.MUTANTS.keys():
        raise ValueError(f"two mutants have the id {min(_repeated)}")
    MUTANTS |= _topic.MUTANTS
