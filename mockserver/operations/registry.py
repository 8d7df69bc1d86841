"""Which function answers which operation of the document."""

from collections.abc import Iterable

from mockserver.openapi.operations import Operation
from mockserver.operations import (
    alert_rules,
    alerts,
    authentication,
    cameras,
    events,
    gateways,
    sites,
    system,
    users,
    webhooks,
)
from mockserver.operations.call import Function

#: The functions by operation id; an operation of the document without one is answered from its examples.
OPERATIONS: dict[str, Function] = {
    "listEvents": events.list_events,
    "exportEvents": events.export_events,
    "getEvent": events.get_event,
    "deleteEvent": events.delete_event,
    "updateEvent": events.update_event,
    "listAlerts": alerts.list_alerts,
    "getAlert": alerts.get_alert,
    "updateAlert": alerts.update_alert,
    "getAlertTimeline": alerts.get_alert_timeline,
    "listAlertRules": alert_rules.list_alert_rules,
    "createAlertRule": alert_rules.create_alert_rule,
    "getAlertRule": alert_rules.get_alert_rule,
    "deleteAlertRule": alert_rules.delete_alert_rule,
    "updateAlertRule": alert_rules.update_alert_rule,
    "listGateways": gateways.list_gateways,
    "generatePairingCode": gateways.generate_pairing_code,
    "pairGateway": gateways.pair_gateway,
    "getGateway": gateways.get_gateway,
    "deleteGateway": gateways.delete_gateway,
    "updateGateway": gateways.update_gateway,
    "getGatewayTelemetry": gateways.get_gateway_telemetry,
    "listCameras": cameras.list_cameras,
    "createCamera": cameras.create_camera,
    "getCamera": cameras.get_camera,
    "deleteCamera": cameras.delete_camera,
    "updateCamera": cameras.update_camera,
    "triggerCamera": cameras.trigger_camera,
    "getCameraSnapshot": cameras.get_camera_snapshot,
    "createLiveViewToken": cameras.create_live_view_token,
    "listSites": sites.list_sites,
    "createSite": sites.create_site,
    "getSite": sites.get_site,
    "deleteSite": sites.delete_site,
    "updateSite": sites.update_site,
    "listSiteUsers": sites.list_site_users,
    "setSiteUsers": sites.set_site_users,
    "listUsers": users.list_users,
    "inviteUser": users.invite_user,
    "getUser": users.get_user,
    "deleteUser": users.delete_user,
    "updateUser": users.update_user,
    "listUserSessions": users.list_user_sessions,
    "revokeUserSession": users.revoke_user_session,
    "login": authentication.login,
    "refreshSession": authentication.refresh_session,
    "logout": authentication.logout,
    "getMe": authentication.get_me,
    "listServiceAccountKeys": authentication.list_service_account_keys,
    "listWebhooks": webhooks.list_webhooks,
    "createWebhook": webhooks.create_webhook,
    "getWebhook": webhooks.get_webhook,
    "deleteWebhook": webhooks.delete_webhook,
    "updateWebhook": webhooks.update_webhook,
    "testWebhook": webhooks.test_webhook,
    "rotateWebhookSecret": webhooks.rotate_webhook_secret,
    "getHealth": system.get_health,
    "getApiHealth": system.get_api_health,
    "getOpenapiYaml": system.get_openapi_yaml,
    "getOpenapiJson": system.get_openapi_json,
}


def functions(operations: Iterable[Operation]) -> dict[str, Function]:
    """Return the functions of those of the operations that have one, by id; other APIs use the same ids."""
    return {each.id: OPERATIONS[each.id] for each in operations if each.is_ours and each.id in OPERATIONS}
