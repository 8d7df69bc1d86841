// A fetch that goes through an HTTP proxy, for the option `fetch` of the client.

import { request } from 'node:http'
import { Readable } from 'node:stream'

export function through(proxy) {
  const { hostname, port } = new URL(proxy)
  return async (url, { method, headers, body, signal }) => {
    const given = Object.fromEntries(headers)
    const { host } = new URL(url)
    const sent = request({ hostname, port, path: url, method, headers: { ...given, host }, signal })
    sent.end(body === null ? undefined : Buffer.from(body))
    const response = await new Promise((resolve, reject) => sent.on('response', resolve).on('error', reject))
    return new Response(Readable.toWeb(response), { status: response.statusCode, headers: response.headers })
  }
}
