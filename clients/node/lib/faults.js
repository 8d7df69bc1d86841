/** One fault of the mock. */
export class Fault {
  #control

  constructor(control, { id }) {
    this.#control = control
    this.id = id
  }

  async matched() {
    return (await this.#control.get(`/faults/${this.id}`)).matched
  }

  remove() {
    return this.#control.call('DELETE', `/faults/${this.id}`)
  }

  [Symbol.asyncDispose]() {
    return this.remove()
  }
}

/** The faults of the mock, or those for the calls of one org. */
export class Faults {
  #control
  #org

  constructor(control, orgId) {
    this.#control = control
    this.#org = orgId === undefined ? {} : { org: orgId }
  }

  async add(operation, fields) {
    const named = typeof operation === 'string'
    const { match, ...fault } = named ? { ...fields } : operation
    const chosen = { ...this.#org, ...(named && { operation }) }
    const body = match ? { match: { ...chosen, ...match }, ...fault } : { ...chosen, ...fault }
    return new Fault(this.#control, await this.#control.call('POST', '/faults', body))
  }

  async all() {
    const { data } = await this.#control.get('/faults', this.#org)
    return data.map((described) => new Fault(this.#control, described))
  }

  clear() {
    return this.#control.call('DELETE', `/faults?${new URLSearchParams(this.#org)}`)
  }
}
