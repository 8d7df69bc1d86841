import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { NovaVMSClient, NovaVMSError } from '../dist/index.js'
import { ID, KEY, json, page, problem, scripted } from './support.mjs'

const NAMES = {
  400: 'ValidationError', 401: 'AuthError', 403: 'AuthError', 404: 'NotFoundError', 409: 'NovaVMSError',
  410: 'NovaVMSError', 413: 'NovaVMSError', 429: 'RateLimitError', 500: 'NovaVMSError', 503: 'NovaVMSError',
}
for (const [status, name] of Object.entries(NAMES)) {
  test(`${status} is a ${name} with what the answer says`, async () => {
    const { client } = scripted([problem(Number(status), 'so')], { maxRetries: 0 })
    await assert.rejects(client.events.get(ID), (error) => {
      assert.ok(error instanceof NovaVMSError && error instanceof Error)
      const { status: found, code, message, requestId } = error
      assert.deepEqual({ found, code, message, requestId }, { found: Number(status), code: 'so', message: 'It is so.', requestId: 'req_1' })
      return error.name === name && error.constructor.name === name
    })
  })
}

test('a ValidationError has the messages for each field', async () => {
  const fields = { 'recipients.0.type': ['must not be empty'], cooldown_sec: ['is too large', 'is odd'] }
  const { client } = scripted([problem(400, 'validation_error', { field_errors: fields })])
  await assert.rejects(client.rules.update(ID, {}), { fieldErrors: fields })
})

test('429 and 5xx are repeated with the same body, after longer and longer pauses', async () => {
  for (const status of [429, 500, 502, 599]) {
    const { client, sent, pauses } = scripted([problem(status, 'so')], { maxRetries: 6 })
    await assert.rejects(client.sites.create({ name: 'North' }), { status })
    assert.deepEqual(pauses, [0.5, 1, 2, 4, 8, 8])
    assert.deepEqual(sent.map(({ method, body }) => ({ method, body })), Array(7).fill({ method: 'POST', body: { name: 'North' } }))
  }
})

test('a call is repeated three times unless chosen, for a client or for a call', async () => {
  for (const [options, call, count] of [[{}, {}, 4], [{ maxRetries: 0 }, {}, 1], [{}, { maxRetries: 1 }, 2]]) {
    const { client, sent } = scripted([problem(503, 'so')], options)
    await assert.rejects(client.sites.get(ID, call))
    assert.equal(sent.length, count)
  }
})

test('the answer after a repetition is the answer', async () => {
  const { client, pauses } = scripted([problem(429, 'so', {}, { 'Retry-After': '7' }), json({ id: ID })])
  assert.deepEqual(await client.sites.get(ID), { id: ID })
  assert.deepEqual(pauses, [7])
})

test('no other refusal is repeated', async () => {
  for (const status of [400, 401, 403, 404, 409, 410, 413]) {
    const { client, sent } = scripted([problem(status, 'so')])
    await assert.rejects(client.sites.get(ID))
    assert.equal(sent.length, 1)
  }
})

const DATE = 'Sun, 06 Nov 1994 08:49:30 GMT'
const WAITS = {
  3: 3, '0.5': 0.5, '': 1, soon: 1, '-5': 1, NaN: 1, '1e9': 1, 'Sun, 99 Foo 1994 08:49:37 GMT': 1,
  'Sun, 06 Nov 1994 08:49:37 GMT': 7, 'Sunday, 06-Nov-94 08:49:37 GMT': 7, 'Sun Nov  6 08:49:37 1994': 7,
  'Sun, 06 Nov 1994 08:49:60 GMT': 30, 'Sun, 06 Nov 1994 08:00:00 GMT': 0, 99999999999: 9e9,
}
for (const [asked, seconds] of Object.entries(WAITS)) {
  test(`Retry-After: ${asked} is ${seconds} s`, async () => {
    const { client } = scripted([problem(429, 'so', {}, { 'Retry-After': asked, Date: DATE })], { maxRetries: 0 })
    await assert.rejects(client.sites.list(), { retryAfter: seconds })
  })
}

test('a Retry-After above a minute is not waited for', async () => {
  const { client, pauses } = scripted([problem(429, 'so', {}, { 'Retry-After': '540' })])
  await assert.rejects(client.sites.list(), { retryAfter: 540 })
  assert.deepEqual(pauses, [])
})

const STRANGE = {
  'a page of HTML': () => new Response('<p>Welcome', { headers: { 'Content-Type': 'text/html' } }),
  'half a body': () => new Response('{"id": ', { headers: { 'Content-Type': 'application/json' } }),
  'no body': () => new Response(null),
  'a list': () => json([1]),
  'a redirect': () => new Response(null, { status: 302, headers: { Location: 'https://login.test' } }),
}
for (const [name, answer] of Object.entries(STRANGE)) {
  test(`${name} is a ResponseError`, async () => {
    const { client } = scripted([answer])
    await assert.rejects(client.sites.get(ID), { name: 'ResponseError', code: null })
  })
}

test('a list without data, a file of another type and a body after a deletion are ResponseErrors', async () => {
  const { client } = scripted([() => json({ total: 0 })])
  await assert.rejects(client.sites.list(), { name: 'ResponseError' })
  await assert.rejects(client.events.export(), { name: 'ResponseError' })
  await assert.rejects(client.events.remove(ID), { name: 'ResponseError' })
})

test('an error status with a page of a proxy says so', async () => {
  const { client } = scripted([() => new Response('<p>', { status: 404, headers: { 'X-Request-Id': 'req_9' } })])
  await assert.rejects(client.sites.get(ID), { name: 'NotFoundError', code: null, requestId: 'req_9', message: /not an error of the API/ })
})

const listening = async (handler) => {
  const server = createServer(handler)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, baseUrl: `http://127.0.0.1:${server.address().port}` }
}

for (const [name, handler] of Object.entries({
  'nothing arrives': () => {},
  'the body stalls': (request, response) => response.writeHead(200, { 'Content-Length': 9 }).write('{'),
})) {
  test(`the timeout ends a call when ${name}`, async () => {
    const { server, baseUrl } = await listening(handler)
    const client = new NovaVMSClient({ apiKey: KEY, baseUrl, timeout: 0.1 })
    const error = await client.sites.list().catch((found) => found)
    server.closeAllConnections()
    server.close()
    assert.equal(error.name, 'RequestTimeoutError')
    assert.match(error.message, /within 0.1 s/)
  })
}

test('a failed connection is a TransportError, which is not repeated and does not show the key', async () => {
  const { server, baseUrl } = await listening(() => {})
  await new Promise((resolve) => server.close(resolve))
  const error = await new NovaVMSClient({ apiKey: KEY, baseUrl }).sites.list().catch((found) => found)
  assert.equal(error.name, 'TransportError')
  assert.ok(!inspect(error, { depth: 9 }).includes(KEY))
})

test('a caller can end a call', async () => {
  const caller = new AbortController()
  const waiting = (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      caller.abort()
    })
  const { client } = scripted([waiting])
  await assert.rejects(client.sites.list({}, { signal: caller.signal }), { name: 'TransportError', message: /aborted by its caller/ })
})

test('a list that is iterated raises the error of any page', async () => {
  const { client } = scripted([page([ID], 'next'), problem(404, 'so')])
  const seen = []
  await assert.rejects(async () => { for await (const { id } of client.sites.list()) seen.push(id) }, { name: 'NotFoundError' })
  assert.deepEqual(seen, [ID])
})
