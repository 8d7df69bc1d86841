// A small program on the NovaVMS API, for the tests beside it.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export class Yard {
  constructor(baseUrl, token) {
    this.baseUrl = baseUrl
    this.token = token
  }

  /**
   * Calls the API, and once more when an unavailable server says how long to wait.
   *
   * @param {string} method
   * @param {string} path
   * @param {{headers?: Record<string, string>, body?: unknown}} [options]
   */
  async call(method, path, { headers = {}, body } = {}) {
    const send = () =>
      fetch(`${this.baseUrl}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const response = await send()
    if (response.status !== 503) return response
    await sleep(Number(response.headers.get('Retry-After')) * 1000)
    return send()
  }

  /** Returns the ids of all events, whatever the number of pages. */
  async eventIds() {
    const ids = []
    let cursor = ''
    do {
      const page = await (await this.call('GET', `/events?limit=100${cursor && `&cursor=${cursor}`}`)).json()
      ids.push(...page.data.map((event) => event.id))
      cursor = page.next_cursor
    } while (cursor)
    return ids
  }

  /** Renames a site and returns what to show the person who asked. */
  async renameSite(id, name) {
    const headers = { 'X-Reason': 'renamed in the yard' }
    const response = await this.call('PATCH', `/sites/${id}`, { headers, body: { name } })
    return response.status === 403 ? 'ask an admin to rename it' : `renamed to ${name}`
  }

  /** Redeems a pairing code and returns what to show the person who typed it in. */
  async connectGateway(code) {
    const response = await this.call('POST', '/gateways/pair', { body: { pairing_code: code, name: 'Yard' } })
    return response.status === 410 ? 'the code has expired, make another' : 'connected'
  }
}

/** Returns the id of the camera that a message to our webhook is about. */
export function cameraOf(body, headers, secret) {
  const expected = createHmac('sha256', secret).update(body).digest('hex')
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(headers['x-webhook-signature']))) throw new Error('not signed')
  return JSON.parse(body).data.camera_id
}
