/** The client: a namespace for each resource. */

import { Channel } from './channel.js'
import { checked, type ClientOptions } from './options.js'
import { Alerts } from './resources/alerts.js'
import { Cameras } from './resources/cameras.js'
import { Events } from './resources/events.js'
import { Gateways } from './resources/gateways.js'
import { Rules } from './resources/rules.js'
import { Sites } from './resources/sites.js'
import { Users } from './resources/users.js'
import { Webhooks } from './resources/webhooks.js'

/** A client of NovaVMS. An option that cannot work throws a ConfigurationError; calls throw the errors of `errors`. */
export class NovaVMSClient {
  /** The URL of the server. */
  readonly baseUrl: string
  readonly cameras: Cameras
  readonly events: Events
  readonly alerts: Alerts
  readonly alertRules: Rules
  /** The same as `alertRules`. */
  readonly rules: Rules
  readonly gateways: Gateways
  readonly sites: Sites
  readonly users: Users
  readonly webhooks: Webhooks

  constructor(options: ClientOptions) {
    const valid = checked(options)
    const channel = new Channel(valid)
    this.baseUrl = valid.baseUrl
    this.cameras = new Cameras(channel)
    this.events = new Events(channel)
    this.alerts = new Alerts(channel)
    this.alertRules = this.rules = new Rules(channel)
    this.gateways = new Gateways(channel)
    this.sites = new Sites(channel)
    this.users = new Users(channel)
    this.webhooks = new Webhooks(channel)
  }
}
