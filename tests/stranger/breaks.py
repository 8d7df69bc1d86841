"""What a server may be told to do wrong: about fifty sentences of the pages, each broken in one way."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Defect:
    """A broken sentence: the rule that says it, and what the server does instead."""

    rule: str
    does: str


class Break(Enum):
    """The sentences that can be broken."""

    # Events: list and filters
    FOREIGN_EVENT_LISTED = Defect("EV-02", "The list of events ends with an event of the other org.")
    HIDDEN_EVENT_LISTED = Defect("EV-10", "A viewer's list of events ends with an event of a site not granted.")
    HIDDEN_SITE_EMPTY = Defect("EV-40", "A viewer who asks for the events of a site not granted gets an empty list.")
    CAMERA_FILTER_FORGOTTEN = Defect("EV-12", "From the second page on, camera_id is ignored.")
    SITE_FILTER_IGNORED = Defect("EV-13", "site_id is ignored, but for the refusal of sites not granted.")
    TRIGGER_FILTER_LOOSE = Defect("EV-19", "trigger_type=manual lists events of motion too.")
    AI_STATUS_FILTER_LOOSE = Defect("EV-21", "ai_status=failed lists skipped events too.")
    STARRED_FILTER_IGNORED = Defect("EV-23", "starred=true lists every event.")
    OFFSET_REFUSED = Defect("EV-14", "date_from is refused when the time has an offset instead of Z.")
    PLAIN_DATE_REFUSED = Defect("EV-17", "date_to is refused when it is a plain date.")
    DATE_TO_IGNORED = Defect("EV-18", "date_to is ignored.")
    DEFAULT_LIMIT_25 = Defect("EV-26", "A page of events has 25 items unless limit says otherwise.")
    LIMIT_99 = Defect("EV-28", "A limit of 100 is treated as out of range.")
    NEXT_CURSOR_MISSING = Defect("EV-30", "The last page of events has no next_cursor.")
    TOTAL_OF_ALL_ORGS = Defect("EV-32", "total counts the events of the other org too.")
    OTHER_401_CODE = Defect("EV-38", "A token that was never issued is answered 401 invalid_token.")

    # Events: one event
    FOREIGN_EVENT_READABLE = Defect("EV-54", "An event of the other org can be read by its id.")
    HIDDEN_EVENT_READABLE = Defect("EV-53", "A viewer reads an event of a site not granted by its id.")
    DETAIL_WITHOUT_NEIGHBOURS = Defect("EV-44", "A single event lacks prev_event_id and next_event_id.")
    STAR_NOT_KEPT = Defect("EV-61", "An update answers with the new value of starred but keeps the old one.")
    OWNER_ACKNOWLEDGES = Defect("EV-58", "acknowledged_by is the id of the owner, whoever acknowledges.")
    DELETED_EVENT_LISTED = Defect("EV-75", "A deleted event stays in the list.")
    OPERATOR_DELETES_EVENT = Defect("EV-76", "An operator may delete an event.")

    # Events: export
    EXPORT_TYPE = Defect("EV-81", "The export's content type has no charset.")
    EXPORT_INLINE = Defect("EV-82", "The export has no Content-Disposition.")
    EXPORT_SKIPS_ROW = Defect("EV-83", "The export leaves out the last event.")
    VIEWER_EXPORTS = Defect("EV-88", "A viewer may export events.")
    EXPORT_COLUMN_MISSING = Defect("EV-89", "The export has no column duration_sec.")

    # Alerts
    FOREIGN_ALERT_LISTED = Defect("AL-02", "The list of alerts ends with an alert of the other org.")
    RULE_FILTER_IGNORED = Defect("AL-04", "rule_id is ignored.")
    STATUS_FILTER_LOOSE = Defect("AL-05", "status=acknowledged lists resolved alerts too.")
    ALERT_DEFAULT_LIMIT_50 = Defect("AL-13", "A page of alerts has 50 items unless limit says otherwise.")
    TIMELINE_BACKWARDS = Defect("AL-23", "A timeline begins with the latest change.")
    TIMELINE_WITHOUT_SEEN = Defect("AL-24", "A timeline leaves out the acknowledgement.")
    FOREIGN_TIMELINE_403 = Defect("AL-31", "The timeline of an alert of the other org is answered 403 forbidden.")

    # Alert rules
    FOREIGN_RULE_LISTED = Defect("RU-01", "The list of alert rules holds one of the other org.")
    RULES_WITHOUT_TOTAL = Defect("RU-03", "The list of alert rules has no total.")
    RULE_WITHOUT_NAME = Defect("RU-09", "An alert rule can be created without a name.")
    RULE_NAME_OF_99 = Defect("RU-10", "A name of 100 characters is refused.")
    ANY_TRIGGER = Defect("RU-12", "Any text is accepted as trigger_type.")
    COOLDOWN_ZERO_LOST = Defect("RU-32", "A cooldown_sec of 0 is stored as 300.")
    NO_RECIPIENTS = Defect("RU-36", "An alert rule needs no recipients.")
    FOREIGN_CAMERA_ACCEPTED = Defect("RU-40", "An alert rule may name a camera of the other org.")
    VIEWER_CREATES_RULE = Defect("RU-42", "A viewer may create an alert rule.")
    RULE_PATCH_RESETS = Defect("RU-48", "An update sets cooldown_sec to its default where it does not mention it.")
    RULE_PATCH_NOT_KEPT = Defect("RU-47", "An update answers with the changed rule but keeps the old one.")
    FOREIGN_RULE_403 = Defect("RU-51", "An update of a rule of the other org is answered 403 forbidden.")
    RULE_DELETE_200 = Defect("RU-56", "Deleting an alert rule answers 200 with the rule.")

    # Gateways
    VIEWER_SEES_GATEWAYS = Defect("GW-08", "A viewer's list of gateways has those of every site.")
    FOREIGN_GATEWAY_READABLE = Defect("GW-57", "A gateway of the other org can be read by its id.")
    HIDDEN_TELEMETRY = Defect("GW-58", "A viewer reads the telemetry of a gateway at a site not granted.")
    OLD_TELEMETRY = Defect("GW-63", "Telemetry shows the first report of a gateway for ever.")
    GATEWAY_ONLINE_BY_PATCH = Defect("GW-69", "The status of a gateway can be set to online.")
    REGISTERED_STAYS = Defect("GW-73", "A registered gateway cannot be disabled.")
    EMPTY_GATEWAY_PATCH = Defect("GW-78", "An update without a field that can be changed is answered 200.")
    VIEWER_DELETES_GATEWAY = Defect("GW-91", "A viewer may delete a gateway.")
    DELETED_GATEWAY_LISTED = Defect("GW-87", "A deleted gateway stays in the list.")

    # Pairing
    SIXTH_CODE = Defect("GW-20", "An org may have six active pairing codes.")
    SEVEN_CHARACTERS = Defect("GW-17", "A pairing code has 7 characters.")
    CODE_LIMIT_400 = Defect("GW-21", "A pairing code too many is answered 400 validation_error.")
    PAIR_NAME_WINS = Defect("GW-42", "The name sent on pairing replaces the gateway's.")
    PAIR_NEEDS_TOKEN = Defect("GW-36", "Redeeming a pairing code needs a user's token.")
    UNKNOWN_CODE_400 = Defect("GW-50", "A pairing code that was never issued is answered 400 validation_error.")
    REDEEMED_CODE_404 = Defect("GW-51", "A pairing code that was redeemed is answered 404 not_found.")
    EXPIRED_CODE_409 = Defect("GW-52", "A pairing code that has expired is answered 409 conflict.")
    ELEVEN_MINUTES = Defect("GW-19", "A pairing code can be redeemed for 11 minutes.")

    @property
    def text(self) -> str:
        """Its name on the command line."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def named(cls, text: str) -> "Break":
        """Return the break with a name of the command line. Raises ValueError."""
        for found in cls:
            if found.text == text:
                return found
        raise ValueError(f"{text!r} is not one of {', '.join(found.text for found in cls)}")
