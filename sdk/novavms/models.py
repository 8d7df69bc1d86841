"""The models of the API's answers. Generated from spec/openapi.yaml by sdk/generate.py: do not edit."""

from typing import Any, Literal, TypeAlias, TypedDict

from pydantic import Field

from novavms._core.pages import AsyncPage, Page
from novavms._core.values import Model, OpenEnum, Timestamp


class AiStatus(OpenEnum):
    PENDING = "pending"
    COMPLETED = "completed"
    SKIPPED = "skipped"
    FAILED = "failed"


AiStatusLike: TypeAlias = AiStatus | Literal["pending", "completed", "skipped", "failed"]


class AlertStatus(OpenEnum):
    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


AlertStatusLike: TypeAlias = AlertStatus | Literal["new", "acknowledged", "resolved"]


class AssignableRole(OpenEnum):
    """A role that can be given; there is one owner, who cannot be made this way."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"


AssignableRoleLike: TypeAlias = AssignableRole | Literal["viewer", "operator", "admin"]


class CameraStatus(OpenEnum):
    ONLINE = "online"
    OFFLINE = "offline"
    PENDING = "pending"
    ERROR = "error"
    DISABLED = "disabled"


CameraStatusLike: TypeAlias = CameraStatus | Literal["online", "offline", "pending", "error", "disabled"]


class CameraType(OpenEnum):
    RTSP = "rtsp"
    ONVIF = "onvif"


CameraTypeLike: TypeAlias = CameraType | Literal["rtsp", "onvif"]


class ConnectionMode(OpenEnum):
    GATEWAY = "gateway"
    DIRECT = "direct"


ConnectionModeLike: TypeAlias = ConnectionMode | Literal["gateway", "direct"]


class GatewayStatus(OpenEnum):
    REGISTERED = "registered"
    ONLINE = "online"
    OFFLINE = "offline"
    DISABLED = "disabled"


GatewayStatusLike: TypeAlias = GatewayStatus | Literal["registered", "online", "offline", "disabled"]


class NetworkThroughput(Model):
    """Both rates, or neither before the first report."""

    upstream_mbps: float | None = None
    downstream_mbps: float | None = None


class IceServer(Model):
    """A relay server for media, with a credential that lasts for a short time."""

    urls: list[str]
    username: str
    credential: str = Field(..., repr=False)


class Recipient(Model):
    """Whom an alert reaches, and by which means."""

    type: str
    target: str


class Role(OpenEnum):
    """What a user may do; each role may do what those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    OWNER = "owner"


RoleLike: TypeAlias = Role | Literal["viewer", "operator", "admin", "owner"]


class ScheduleType(OpenEnum):
    ALWAYS = "always"
    CUSTOM = "custom"


ScheduleTypeLike: TypeAlias = ScheduleType | Literal["always", "custom"]


class ScopeType(OpenEnum):
    ALL_CAMERAS = "all_cameras"
    SPECIFIC_SITES = "specific_sites"
    SPECIFIC_CAMERAS = "specific_cameras"


ScopeTypeLike: TypeAlias = ScopeType | Literal["all_cameras", "specific_sites", "specific_cameras"]


class TimelineAction(OpenEnum):
    FIRED = "fired"
    ACKNOWLEDGED = "acknowledged"
    STATUS_CHANGED = "status_changed"


TimelineActionLike: TypeAlias = TimelineAction | Literal["fired", "acknowledged", "status_changed"]


class TriggerType(OpenEnum):
    MOTION = "motion"
    AI_TAG = "ai_tag"
    MANUAL = "manual"


TriggerTypeLike: TypeAlias = TriggerType | Literal["motion", "ai_tag", "manual"]


class WebhookEventType(OpenEnum):
    ALERT = "alert"
    EVENT = "event"
    CAMERA_STATUS = "camera_status"
    GATEWAY_STATUS = "gateway_status"


WebhookEventTypeLike: TypeAlias = WebhookEventType | Literal["alert", "event", "camera_status", "gateway_status"]


class WebhookSecret(Model):
    id: str
    secret: str = Field(..., repr=False)
    """The key of the HMAC-SHA256 that signs messages."""


class Alert(Model):
    id: str
    rule_id: str
    rule_name: str
    event_id: str
    camera_id: str
    status: AlertStatus
    fired_at: Timestamp
    acknowledged_at: Timestamp | None


class AlertData(Model):
    alert_id: str
    rule_id: str
    rule_name: str
    trigger_type: TriggerType
    camera_id: str
    camera_name: str
    site_name: str
    event_id: str
    severity: str
    description: str
    """What was seen."""

    fired_at: Timestamp


class AlertList(Model):
    data: list[Alert]
    next_cursor: str | None
    """What to send as `cursor` for the following page; null on the last."""

    total: int
    """How many objects match, whatever this page holds."""


class AlertMessage(Model):
    event_type: Literal["alert"]
    timestamp: Timestamp
    """When it happened."""

    webhook_id: str
    """Id of the message, the same as `X-Webhook-ID`."""

    data: AlertData


class AlertRule(Model):
    id: str
    name: str
    trigger_type: TriggerType
    scope_type: ScopeType
    schedule_type: ScheduleType
    cooldown_sec: int
    enabled: bool


class AlertRuleList(Model):
    data: list[AlertRule]
    total: int
    """How many objects match, whatever this page holds."""


class Camera(Model):
    id: str
    name: str
    site_id: str
    gateway_id: str | None
    """null for a camera that is connected directly."""

    connection_mode: ConnectionMode
    type: CameraType
    status: CameraStatus
    active_tier: str
    """Which of the camera's streams is in use."""


class CameraList(Model):
    data: list[Camera]
    next_cursor: str | None
    """What to send as `cursor` for the following page; null on the last."""

    total: int
    """How many objects match, whatever this page holds."""


class CameraStatusData(Model):
    camera_id: str
    camera_name: str
    site_name: str
    gateway_id: str | None
    """The gateway it is bound to; null for one that is connected directly."""

    previous_status: CameraStatus
    status: CameraStatus


class CameraStatusMessage(Model):
    event_type: Literal["camera_status"]
    timestamp: Timestamp
    """When it happened."""

    webhook_id: str
    """Id of the message, the same as `X-Webhook-ID`."""

    data: CameraStatusData


class EventData(Model):
    event_id: str
    camera_id: str
    camera_name: str
    site_name: str
    trigger_type: TriggerType
    triggered_at: Timestamp
    summary: str
    tags: list[str]
    ai_status: AiStatus
    snapshot_url: str


class Event(Model):
    id: str
    camera_id: str
    camera_name: str
    camera_deleted: bool
    """The camera is gone; its events stay."""

    trigger_type: TriggerType
    triggered_at: Timestamp
    summary: str
    tags: list[str]
    ai_status: AiStatus
    acknowledged: bool
    starred: bool
    snapshot_url: str


class EventList(Model):
    data: list[Event]
    next_cursor: str | None
    """What to send as `cursor` for the following page; null on the last."""

    total: int
    """How many objects match, whatever this page holds."""


class EventMessage(Model):
    event_type: Literal["event"]
    timestamp: Timestamp
    """When it happened."""

    webhook_id: str
    """Id of the message, the same as `X-Webhook-ID`."""

    data: EventData


class Gateway(Model):
    id: str
    name: str | None
    """null for a gateway that had no name before it was paired; it may then name itself."""

    site_id: str
    status: GatewayStatus
    version: str | None
    """Build the gateway runs; null until it is paired."""

    local_ip: str | None
    """Its address in the local network; null until it is paired."""

    last_heartbeat_at: Timestamp | None


class GatewayList(Model):
    data: list[Gateway]
    total: int
    """How many objects match, whatever this page holds."""


class GatewayStatusData(Model):
    gateway_id: str
    gateway_name: str | None
    """null for a gateway without a name."""

    site_name: str
    previous_status: GatewayStatus
    status: GatewayStatus
    affected_cameras: int
    """How many cameras are bound to it."""


class GatewayStatusMessage(Model):
    event_type: Literal["gateway_status"]
    timestamp: Timestamp
    """When it happened."""

    webhook_id: str
    """Id of the message, the same as `X-Webhook-ID`."""

    data: GatewayStatusData


class GatewayTelemetry(Model):
    gateway_id: str
    cpu_percent: float | None
    memory_mb: int | None
    last_heartbeat_at: Timestamp | None
    camera_recording_status: dict[str, str]
    network_throughput: NetworkThroughput
    """Both rates, or neither before the first report."""


class Invitee(Model):
    id: str
    email: str
    display_name: str
    role: AssignableRole
    enabled: bool


class LiveViewToken(Model):
    token: str = Field(..., repr=False)
    expires_at: Timestamp
    """Five minutes after the token was issued."""


class PairedGateway(Model):
    gateway_id: str
    api_key: str = Field(..., repr=False)
    """The credential of this gateway from now on."""

    org_id: str
    ice_servers: list[IceServer]


class PairingCode(Model):
    id: str
    """Id of the gateway, before and after pairing."""

    pairing_code: str
    expires_at: Timestamp
    """Ten minutes after the code was issued."""

    status: Literal["registered"]


class Session(Model):
    id: str
    user_agent: str | None
    """What the client called itself at login; null where it said nothing."""

    created_at: Timestamp
    last_used_at: Timestamp


class SessionList(Model):
    data: list[Session]
    total: int
    """How many objects match, whatever this page holds."""


class Site(Model):
    id: str
    name: str
    timezone: str
    """The IANA name of a time zone, such as `Europe/Berlin`; alert rules keep their schedule in it."""

    created_at: Timestamp


class SiteList(Model):
    data: list[Site]
    next_cursor: str | None
    """What to send as `cursor` for the following page; null on the last."""

    total: int
    """How many objects match, whatever this page holds."""


class SiteUser(Model):
    id: str
    email: str
    display_name: str
    role: Literal["viewer"]


class SiteUserList(Model):
    data: list[SiteUser]
    total: int
    """How many objects match, whatever this page holds."""


class TestDelivery(Model):
    delivery_id: str
    """What the receiver gets as `X-Webhook-ID`."""


class TimelineEntry(Model):
    """What happened to an alert: when, and who did it."""

    at: Timestamp
    action: TimelineAction
    actor: str | None
    """Display name of the person; null for `fired`."""

    to: AlertStatus | None = None


class User(Model):
    id: str
    email: str
    display_name: str
    role: Role
    enabled: bool
    created_at: Timestamp


class UserList(Model):
    data: list[User]
    next_cursor: str | None
    """What to send as `cursor` for the following page; null on the last."""

    total: int
    """How many objects match, whatever this page holds."""


class Webhook(Model):
    id: str
    name: str
    url: str
    """Where messages are sent; https, without a user and without a fragment."""

    event_types: list[WebhookEventType]
    """The types of event that the webhook is sent; each at most once."""

    enabled: bool
    created_at: Timestamp


class WebhookList(Model):
    data: list[Webhook]
    next_cursor: str | None
    """What to send as `cursor` for the following page; null on the last."""

    total: int
    """How many objects match, whatever this page holds."""


class AlertRuleDetail(AlertRule):
    custom_tags: list[str]
    min_confidence: float | None
    site_ids: list[str]
    camera_ids: list[str]
    zones_filter: list[str]
    conditions_json: dict[str, Any]
    recipients: list[Recipient]
    created_at: Timestamp


class AlertTimeline(Model):
    alert_id: str
    entries: list[TimelineEntry]
    """Oldest first."""


class CameraDetail(Camera):
    created_at: Timestamp
    stream_url: str | None
    """Where the stream is, without its credentials; null if none was given."""


class EventDetail(Event):
    clip_start_at: Timestamp
    clip_end_at: Timestamp
    duration_sec: int
    """Length of the clip, from its start to its end."""

    narrative: str
    acknowledged_by: str | None
    """Id of the caller who acknowledged it; null until then."""

    acknowledged_at: Timestamp | None
    notes: str | None
    clip_codec: str
    clip_url: str
    recording_source: str
    prev_event_id: str | None
    """The next older event; null where there is none."""

    next_event_id: str | None
    """The next newer event; null where there is none."""


class GatewayDetail(Gateway):
    created_at: Timestamp


class InvitedUser(Model):
    user: Invitee
    invitation_sent: bool
    """Whether an invitation went out by mail."""

    temporary_password: str | None = Field(None, repr=False)
    """The password to sign in with for the first time; only where no mail was sent."""


class NewWebhook(Webhook):
    secret: str = Field(..., repr=False)
    """The key of the HMAC-SHA256 that signs messages."""


class AlertPage(Page[Alert], AlertList):
    pass


class AsyncAlertPage(AsyncPage[Alert], AlertList):
    pass


class AlertRulePage(Page[AlertRule], AlertRuleList):
    pass


class AsyncAlertRulePage(AsyncPage[AlertRule], AlertRuleList):
    pass


class CameraPage(Page[Camera], CameraList):
    pass


class AsyncCameraPage(AsyncPage[Camera], CameraList):
    pass


class EventPage(Page[Event], EventList):
    pass


class AsyncEventPage(AsyncPage[Event], EventList):
    pass


class GatewayPage(Page[Gateway], GatewayList):
    pass


class AsyncGatewayPage(AsyncPage[Gateway], GatewayList):
    pass


class SessionPage(Page[Session], SessionList):
    pass


class AsyncSessionPage(AsyncPage[Session], SessionList):
    pass


class SitePage(Page[Site], SiteList):
    pass


class AsyncSitePage(AsyncPage[Site], SiteList):
    pass


class SiteUserPage(Page[SiteUser], SiteUserList):
    pass


class AsyncSiteUserPage(AsyncPage[SiteUser], SiteUserList):
    pass


class UserPage(Page[User], UserList):
    pass


class AsyncUserPage(AsyncPage[User], UserList):
    pass


class WebhookPage(Page[Webhook], WebhookList):
    pass


class AsyncWebhookPage(AsyncPage[Webhook], WebhookList):
    pass


class RecipientDict(TypedDict):
    """Whom an alert reaches, and by which means."""

    type: str
    target: str
