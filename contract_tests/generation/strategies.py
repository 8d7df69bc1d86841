"""Hypothesis strategies that checks share: texts, tokens, ids, and values of the fields of an alert rule."""

from typing import Any

from hypothesis import strategies as st

from contract_tests.steps.alert_rules import SCHEDULES
from contract_tests.world import INVENTED_IDS_PREFIX, RECIPIENT

#: All characters but NUL, which the document forbids in any text.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
SHORT_TEXTS = st.text("abcXYZ019 äé漢_-", min_size=1, max_size=20).filter(lambda text: text == text.strip())
EMAIL_ADDRESSES = st.from_regex(r"[a-z][a-z0-9]{0,9}(\.[a-z]{1,5})?@[a-z]{2,8}\.(com|org)", fullmatch=True)
#: No token, and tokens that were never issued.
INVALID_TOKENS = st.one_of(st.none(), st.text("abcXYZ019_-.", min_size=1, max_size=40).map("sk_live_".__add__))
#: Ids that no object has.
UNKNOWN_IDS = st.uuids(version=4).map(lambda found: f"{INVENTED_IDS_PREFIX}{str(found)[19:]}")

_scalars = st.none() | st.booleans() | st.integers(-1000, 1000) | SHORT_TEXTS
_json_objects = st.dictionaries(
    SHORT_TEXTS, _scalars | st.lists(_scalars, max_size=3) | st.dictionaries(SHORT_TEXTS, _scalars), max_size=4
)
_recipient_lists = st.lists(
    EMAIL_ADDRESSES.map(lambda target: {"type": "email", "target": target}), min_size=1, max_size=25, unique_by=str
)

#: Valid values of the fields whose validity depends on no other field.
VALID_RULE_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text("abcXYZ019é漢", min_size=1, max_size=100),
    "custom_tags": st.lists(SHORT_TEXTS, min_size=1, max_size=4, unique=True),
    "zones_filter": st.lists(SHORT_TEXTS, max_size=4, unique=True),
    "schedule_type": st.sampled_from(SCHEDULES),
    "cooldown_sec": st.integers(0, 3600),
    "conditions_json": _json_objects,
    "recipients": _recipient_lists,
}
#: Invalid values, each with its field.
INVALID_RULE_FIELDS: tuple[tuple[str, Any], ...] = (
    *(("name", name) for name in ("", "n" * 101, 7, None)),
    *(("trigger_type", trigger) for trigger in ("", "Motion", "ai-tag", "sound", 1, None)),
    *(("custom_tags", tags) for tags in ("person", {"tag": "person"}, [7])),
    *(("min_confidence", confidence) for confidence in (-0.01, 1.01, 85, "0.5")),
    *(("scope_type", scope) for scope in ("", "all", "All_cameras", "specific_camera", 1, None)),
    *(("site_ids", ids) for ids in ("all", ["north"], [1])),
    *(("camera_ids", ids) for ids in ("all", ["door"], [1])),
    *(("zones_filter", zones) for zones in ("yard", [1])),
    *(("schedule_type", schedule) for schedule in ("", "Always", "weekly", 1, None)),
    *(("cooldown_sec", seconds) for seconds in (-1, 3601, 0.5, "300", None)),
    ("conditions_json", "none"),
    ("conditions_json", []),
    ("conditions_json", 1),
    *(
        ("recipients", found)
        for found in ([], [RECIPIENT] * 26, [{"type": "email"}], [{"target": "a@b.example"}], ["a"])
    ),
)

#: What something on the way may change: spaces, line breaks, combining marks, markup, quotes, formulas, long letters.
_AWKWARD_PARTS = (
    " ", "  ", "\t", "\n", "\r", "\r\n", "e\u0301", "<b>a</b>", "&amp;", '"', "'", "=", "+", "-", "@", ",", ";",
    "🚚", "監", "é", "a",
)  # fmt: skip
AWKWARD_TEXTS = st.lists(st.sampled_from(_AWKWARD_PARTS), min_size=1, max_size=12).map("".join).filter(str.strip)
#: What fills a text up to its longest allowed length: nothing, or letters of one to four bytes.
FILLINGS = st.sampled_from(["", "a", "é", "監", "🚚"])
