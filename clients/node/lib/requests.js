import { AssertionError } from 'node:assert'
import { setTimeout as sleep } from 'node:timers/promises'

const MAX_CALLS = 10_000
const POLL_MS = 20
const SHOWN_CALLS = 10

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

  async all() {
    return (await this.#read(this.#criteria, MAX_CALLS)).map(call)
  }

  async last() {
    const found = await this.#read(this.#criteria, 1)
    return found.length ? call(found[0]) : this.#fail('expected a call', 1, 0)
  }

  async assertCalled(times) {
    const found = (await this.#read(this.#criteria, MAX_CALLS)).length
    if (times === undefined ? found === 0 : found !== times) {
      const wanted = times === undefined ? 'a call' : `${times} calls`
      await this.#fail(`expected ${wanted}, found ${found},`, times ?? 1, found)
    }
  }

  assertNotCalled() {
    return this.assertCalled(0)
  }

  async wait({ times = 1, timeout = 5000 } = {}) {
    const until = performance.now() + timeout
    for (;;) {
      const found = await this.all()
      if (found.length >= times) return found
      if (performance.now() > until) {
        await this.#fail(`expected ${times} calls within ${timeout} ms, found ${found.length},`, times, found.length)
      }
      await sleep(POLL_MS)
    }
  }

  async #read(criteria, limit) {
    const { header, query, since, until, ...same } = criteria
    const filters = { header: pairs(header, ': '), query: pairs(query, '='), since: iso(since), until: iso(until) }
    const { data } = await this.#control.get('/requests', { ...same, ...filters, org: this.#org, limit })
    return data.reverse()
  }

  /** Throws an AssertionError that shows the last calls, and what differs in each. */
  async #fail(expected, wanted, found) {
    const last = (await this.#read({}, SHOWN_CALLS)).map((entry) => ({ entry, differs: [] }))
    for (const [name, value] of Object.entries(this.#criteria)) {
      const meet = new Set((await this.#read({ [name]: value }, MAX_CALLS)).map((entry) => entry.request_id))
      for (const { entry, differs } of last) if (!meet.has(entry.request_id)) differs.push(name)
    }
    const lines = last.map(({ entry, differs }) => line(entry) + (differs.length ? `: differs in ${differs.join(', ')}` : ''))
    const message = [`${expected} with ${JSON.stringify(this.#criteria)}; the last calls:`, ...(last.length ? lines : ['none'])]
    throw new AssertionError({ message: message.join('\n  '), expected: wanted, actual: found, operator: 'assertCalled' })
  }
}

/** Returns a header or parameter as the control plane takes it: a name alone, or names with values. */
function pairs(given, between) {
  if (given === undefined || typeof given === 'string') return given
  return Object.entries(given).map(([name, value]) => `${name}${between}${value}`)
}

function iso(time) {
  return time instanceof Date ? time.toISOString() : time
}

function call(entry) {
  return { ...entry, at: new Date(entry.at), query: Object.fromEntries(new URLSearchParams(entry.query)) }
}

function line({ method, path, query, status, actor }) {
  return `${method} ${path}${query && `?${query}`} -> ${status ?? 'no answer'} (${actor ?? 'nobody'})`
}
