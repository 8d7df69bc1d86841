"""Alert rules of the run on a shared target: nothing that others do may make one fire, as no call deletes alerts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from contract_tests.actors import Answer
from contract_tests.verdicts import Unavailable
from contract_tests.world import CAMERAS, INVENTED_IDS, RULES

JSON = dict[str, Any]


@dataclass(frozen=True)
class OwnRules:
    """Knows which rules of the run could fire for others.

    One cannot that is for cameras of the run, or for AI tags that begin with its prefix, or switched off.
    """

    #: The paths of what the run has created, and what begins the names of it.
    created: Collection[str]
    prefix: str
    #: What was sent of each rule, and whether it is enabled, by path.
    _sent: dict[str, JSON] = field(default_factory=dict)

    def require_silent(self, method: str, path: str, body: Any) -> None:
        """Raise Unavailable for a call after which a rule of the run could fire for others."""
        known = self._sent.get(path, {})
        if not isinstance(body, dict) or not (known if method.upper() == "PATCH" else path == RULES):
            return
        rule = {**known, **body}
        off = known.get("enabled") is False and body.get("enabled", False) is False
        if not (off or rule.get("trigger_type") is None or self._is_for_own_cameras(rule) or self._has_own_tags(rule)):
            raise Unavailable(
                "would make an alert rule that events of others could make fire, and no documented call deletes alerts:"
                ' alerts = "may stay" permits it'
            )

    def record(self, path: str, body: Any, answer: Answer) -> None:
        """Record what a rule of the run has become by a call, if it was about one and succeeded."""
        if path.startswith(f"{RULES}/") and isinstance(body, dict) and 200 <= answer.status < 300:
            enabled = answer.json.get("enabled") if isinstance(answer.json, dict) else None
            self._sent[path] = {**self._sent.get(path, {}), **body, "enabled": enabled}

    def _is_for_own_cameras(self, rule: JSON) -> bool:
        cameras = rule.get("camera_ids")
        if rule.get("scope_type") != "specific_cameras" or not isinstance(cameras, list):
            return False
        return all(camera in INVENTED_IDS or f"{CAMERAS}/{camera}" in self.created for camera in cameras)

    def _has_own_tags(self, rule: JSON) -> bool:
        tags = rule.get("custom_tags")
        if rule.get("trigger_type") != "ai_tag" or not isinstance(tags, list):
            return False
        return all(isinstance(tag, str) and tag.startswith(self.prefix) for tag in tags)
