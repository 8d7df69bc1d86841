import { Clock } from './clock.js'
import { Deliveries, Events } from './events.js'
import { Faults } from './faults.js'
import { Requests } from './requests.js'
import { Receiver } from './webhooks.js'

/** An organisation, removed by `close`. */
export class Org {
  #control
  #receivers = []

  constructor(control, baseUrl, described) {
    this.#control = control
    this.id = described.org_id
    this.name = described.name
    this.baseUrl = baseUrl
    this.actors = Object.fromEntries(
      Object.entries(described.actors).map(([role, actor]) => [
        role,
        { ...actor, headers: { Authorization: `Bearer ${actor.token}` } },
      ]),
    )
    for (const kind of ['sites', 'cameras', 'gateways', 'temporary_keys']) this[kind] = described[kind]
    for (const role of ['owner', 'admin', 'operator', 'viewer']) this[role] = this.actors[role]
    this.clock = new Clock(control, `/orgs/${this.id}/clock`)
    this.faults = new Faults(control, this.id)
    this.requests = new Requests(control, this.id)
    this.events = new Events(control, () => this.id)
    this.deliveries = new Deliveries(control, this.id)
  }

  client(role = 'owner') {
    const actor = this.actors[role]
    if (!actor) throw new TypeError(`client takes ${Object.keys(this.actors).join(', ')}, not ${role}`)
    return (path, init = {}) => {
      const headers = new Headers({ ...actor.headers, ...Object.fromEntries(new Headers(init.headers)) })
      return fetch(new URL(path, this.baseUrl), { ...init, headers })
    }
  }

  async settings(changed) {
    return this.#control.call('PUT', `/orgs/${this.id}/settings`, changed)
  }

  async reset() {
    await this.#control.call('POST', `/orgs/${this.id}/reset`)
  }

  async receiveWebhooks() {
    const receiver = await new Receiver((url) => this.settings({ forward_webhooks_to: url })).open()
    this.#receivers.push(receiver)
    return receiver
  }

  async close() {
    for (const receiver of this.#receivers.splice(0)) await receiver.close()
    await this.faults.clear()
    await this.#control.call('DELETE', `/orgs/${this.id}`)
  }

  [Symbol.asyncDispose]() {
    return this.close()
  }
}
