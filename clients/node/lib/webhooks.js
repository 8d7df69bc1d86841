import { AssertionError } from 'node:assert'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 5

/** Receives the messages to all webhooks of an org until it is closed, and answers with `status`. */
export class Receiver {
  #server = createServer((request, response) => this.#take(request, response))
  #forward
  status = 204
  messages = []

  constructor(forward) {
    this.#forward = forward
  }

  async open() {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#server.unref()
    await this.#forward(`http://127.0.0.1:${this.#server.address().port}/`)
    return this
  }

  async wait({ times = 1, timeout = 5000 } = {}) {
    const until = performance.now() + timeout
    while (this.messages.length < times) {
      const got = this.messages.length
      if (performance.now() > until) {
        const message = `expected ${times} messages within ${timeout} ms, got ${got}`
        throw new AssertionError({ message, expected: times, actual: got, operator: 'wait' })
      }
      await sleep(POLL_MS)
    }
    return [...this.messages]
  }

  async close() {
    await this.#forward(null)
    this.#server.closeAllConnections()
    this.#server.close()
  }

  [Symbol.asyncDispose]() {
    return this.close()
  }

  async #take(request, response) {
    const parts = await request.toArray()
    const body = Buffer.concat(parts).toString()
    this.messages.push({ headers: request.headers, body, json: () => JSON.parse(body) })
    response.writeHead(this.status).end()
  }
}
