import { AssertionError } from 'node:assert'

const MAX_CALLS = 10_000

/** The calls of the mock, or of one org, that meet all criteria; oldest first. They are read when they are used. */
export class Requests {
  #control
  #org
  #criteria

  constructor(control, orgId, criteria = {}) {
    this.#control = control
    this.#org = orgId
    this.#criteria = criteria
  }

  where(criteria) {
    return new Requests(this.#control, this.#org, { ...this.#criteria, ...criteria })
  }

  all() {
    return this.#read({ limit: MAX_CALLS })
  }

  async last() {
    const [found] = await this.#read({ limit: 1 })
    return found ?? this.#verify({ at_least: 1 })
  }

  assertCalled(times) {
    return this.#verify(times === undefined ? { at_least: 1 } : { count: times })
  }

  assertNotCalled() {
    return this.#verify({ count: 0 })
  }

  async wait({ times = 1, timeout = 5000 } = {}) {
    await this.#verify({ at_least: times, wait: timeout / 1000 })
    return this.all()
  }

  async clear() {
    await this.#control.call('DELETE', this.#org ? `/requests?org=${this.#org}` : '/requests')
  }

  async #read(page) {
    const { header, query, since, until, ...same } = this.#criteria
    const filters = { header: pairs(header, ': '), query: pairs(query, '='), since: iso(since), until: iso(until) }
    const { data } = await this.#control.get('/requests', { ...same, ...filters, ...page, org: this.#org })
    return data.reverse().map(call)
  }

  /** Throws an AssertionError that names the closest call unless there are as many calls as expected. */
  async #verify(expected) {
    const { header, query, ...same } = this.#criteria
    const match = { ...same, headers: values(header), query: values(query), org: this.#org }
    const { met, count, message } = await this.#control.call('POST', '/requests/verify', { match, ...expected })
    if (met) return
    throw new AssertionError({ message, actual: count, expected: expected.count ?? expected.at_least, operator: '===' })
  }
}

/** Returns headers or parameters as a filter takes them: a name, or names with values. */
function pairs(given, between) {
  if (given === undefined || typeof given === 'string') return given
  return Object.entries(given).map(([name, value]) => `${name}${between}${value}`)
}

/** Returns headers or parameters as a verification takes them: names with values, null for any. */
function values(given) {
  if (given === undefined) return undefined
  if (typeof given === 'string') return { [given]: null }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, `${value}`]))
}

function iso(time) {
  return time instanceof Date ? time.toISOString() : time
}

function call(entry) {
  return { ...entry, at: new Date(entry.at), query: Object.fromEntries(new URLSearchParams(entry.query)) }
}
