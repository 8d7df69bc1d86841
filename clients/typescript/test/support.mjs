import { NovaVMSClient } from '../dist/index.js'

export const ID = '550e8400-e29b-41d4-a716-446655440000'
export const KEY = 'sk_live_abc123def456'

export const json = (body, { status = 200, ...headers } = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })

export const problem = (status, error, more = {}, headers = {}) =>
  json({ error, message: `It is ${error}.`, request_id: 'req_1', ...more }, { status, ...headers })

export const page = (ids, next_cursor = null) => json({ data: ids.map((id) => ({ id })), next_cursor, total: 9 })

/** Return a client that is answered in turn, what it sent, and how long it paused. */
export function scripted(answers, options = {}) {
  const sent = []
  const pauses = []
  const fetch = async (url, { method, headers, body, signal }) => {
    const { pathname, search, searchParams } = new URL(url)
    const content = body === null ? null : JSON.parse(new TextDecoder().decode(body))
    sent.push({ method, path: pathname, search, query: Object.fromEntries(searchParams), headers, body: content })
    const answer = answers[Math.min(sent.length, answers.length) - 1]
    return typeof answer === 'function' ? answer(signal) : answer.clone()
  }
  const sleep = async (seconds) => void pauses.push(seconds)
  const client = new NovaVMSClient({ apiKey: KEY, baseUrl: 'https://vms.test', fetch, sleep, random: () => 1, ...options })
  return { client, sent, pauses }
}
