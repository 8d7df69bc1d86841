/** The events and alerts of one org. */
export class Events {
  #control
  #orgId

  constructor(control, orgId) {
    this.#control = control
    this.#orgId = orgId
  }

  record(count, fields) {
    return this.#record('events', count, fields)
  }

  recordAlerts(count, fields) {
    return this.#record('alerts', count, fields)
  }

  async #record(what, count = 1, fields = {}) {
    const body = typeof count === 'number' ? { count, ...fields } : count
    return (await this.#control.call('POST', `/orgs/${await this.#orgId()}/${what}`, body)).data
  }
}

/** The messages to the webhooks of one org. */
export class Deliveries {
  #control
  #orgId

  constructor(control, orgId) {
    this.#control = control
    this.#orgId = orgId
  }

  async all(criteria) {
    const filters = { ...criteria, org: this.#orgId, limit: 10_000 }
    return (await this.#control.get('/deliveries', filters)).data.reverse()
  }

  async replay(id) {
    await this.#control.call('POST', `/deliveries/${encodeURIComponent(id)}/replay`)
  }
}
