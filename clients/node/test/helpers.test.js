// The helpers on a mock, which is `novavms-mock` of PATH.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { MockError, startMock } from 'novavms-mock'

const EVENTS = '/api/v1/events'
const NOWHERE = 'http://127.0.0.1:9'
const mock = await startMock({ fixture: 'small', seed: 3 })
after(() => mock.close())

const refused = (message) => ({ name: 'MockError', message })

test('the clock moves, stops and runs', async () => {
  const start = await mock.clock.freeze()
  const later = await mock.clock.advance({ seconds: 1, minutes: 2, hours: 3, days: 4 })
  assert.equal(later - start, ((4 * 24 + 3) * 60 + 2) * 60_000 + 1000)
  assert.deepEqual(await mock.clock.set(new Date(+later + 5000)), await mock.clock.now())
  assert.ok((await mock.clock.resume()) >= later)
  await assert.rejects(mock.clock.set(new Date(0)), refused(/^POST \/_mock\/clock: set /))
  assert.throws(() => mock.clock.advance({ minute: 1 }), { name: 'TypeError', message: /days, not minute$/ })
})

test('the time of an org is its own, until it is reset', async () => {
  const [org, other] = [await mock.org(), await mock.org()]
  assert.ok((await org.clock.advance({ days: 1 })) - (await other.clock.now()) > 86_000_000)
  await org.reset()
  assert.ok((await org.clock.now()) - (await mock.clock.now()) < 1000)
})

test('a fault is of its org, and goes', async () => {
  const [org, other] = [await mock.org(), await mock.org()]
  const fault = await org.faults.add({ match: { operation: 'listEvents' }, status: 503 })
  assert.equal((await org.client()(EVENTS)).status, 503)
  assert.equal((await other.client()(EVENTS)).status, 200)
  assert.equal(await fault.matched(), 1)
  await other.faults.clear()
  assert.deepEqual((await org.faults.all()).map((each) => each.id), [fault.id])
  await fault[Symbol.asyncDispose]()
  await org.faults.add('listEvents', { match: { headers: { 'X-A': '1' } }, sequence: [{ status: 503 }, {}, { status: 502 }] })
  const call = async (headers) => (await org.client()(EVENTS, { headers })).status
  assert.deepEqual([await call({ 'X-A': '1' }), await call({}), await call({ 'X-A': '1' }), await call({ 'X-A': '1' })], [503, 200, 200, 502])
  await assert.rejects(org.faults.add({ stauts: 503 }), refused('POST /_mock/faults: stauts is not a field of this request'))
})

test('calls are found by what was sent', async () => {
  const org = await mock.org()
  await org.client('admin')(`${EVENTS}?limit=3&starred=true`)
  const init = { method: 'PATCH', headers: { 'X-Reason': 'a test', 'Content-Type': 'application/json' }, body: '{"name":"North"}' }
  await org.client('admin')(`/api/v1/sites/${org.sites[0].id}`, init)
  const calls = org.requests
  assert.deepEqual((await calls.all()).map((call) => call.operation), ['listEvents', 'updateSite'])
  await calls.where({ method: 'GET', path: EVENTS, status: 200, query: { limit: 3 } }).assertCalled(1)
  await calls.where({ header: 'x-reason' }).where({ body: 'North' }).assertCalled(1)
  const last = await calls.last()
  assert.deepEqual([last.request_headers['x-reason'], last.response_body.includes('North')], ['a test', true])
  await calls.where({ header: { 'X-Reason': 'a test' }, since: last.at }).assertCalled()
  assert.deepEqual((await calls.all())[0].query, { limit: '3', starred: 'true' })
  await calls.where({ operation: 'deleteSite' }).assertNotCalled()
  await assert.rejects(calls.where({ operaton: 'x' }).all(), refused(/^GET \/_mock\/requests: operaton is not /))
})

test('a call that is missing is explained by those that were made', async () => {
  const org = await mock.org()
  await org.client()(EVENTS)
  const wanted = org.requests.where({ operation: 'listEvents', header: { 'X-A': 'b' }, status: 404 })
  const failure = { name: 'AssertionError', message: /The closest is GET .*: status is '200', expected '404'/ }
  await assert.rejects(wanted.assertCalled(), failure)
  await assert.rejects(wanted.assertCalled(2), failure)
  await assert.rejects(wanted.last(), failure)
  await assert.rejects(wanted.wait({ timeout: 1 }), failure)
  await assert.rejects(org.requests.assertNotCalled(), { name: 'AssertionError', actual: 1, expected: 0 })
  const waiting = org.requests.where({ method: 'DELETE' }).wait()
  await org.client()(`${EVENTS}/x`, { method: 'DELETE' })
  assert.equal((await waiting).length, 1)
  await org.requests.clear()
  await org.requests.assertNotCalled()
})

test('events and alerts happen on request, and messages arrive', async () => {
  const org = await mock.org({ fixture: 'acme' })
  const receiver = await org.receiveWebhooks()
  const hook = { name: 'Mine', url: 'https://example.com/hook', event_types: ['event'] }
  const headers = { 'Content-Type': 'application/json' }
  await org.client('admin')('/api/v1/webhooks', { method: 'POST', headers, body: JSON.stringify(hook) })
  const [id] = await org.events.record({ trigger_type: 'ai_tag', tags: ['person'] })
  assert.equal((await (await org.client()(`${EVENTS}/${id}`)).json()).trigger_type, 'ai_tag')
  const [message] = await receiver.wait()
  assert.equal(message.json().data.event_id, id)
  const succeeded = () => org.deliveries.all({ state: 'succeeded' })
  while (!(await succeeded()).length) await sleep(10)
  await org.deliveries.replay((await succeeded())[0].id)
  assert.equal((await receiver.wait({ times: 2 })).length, 2)
  await assert.rejects(receiver.wait({ times: 3, timeout: 1 }), { message: 'expected 3 messages within 1 ms, got 2' })
  assert.equal((await org.events.recordAlerts(2)).length, 2)
  assert.equal((await mock.events.record(3, { from: new Date(Date.now() - 1e6), to: new Date() })).length, 3)
  await org.close()
})

test('an org has actors and settings and is removed', async () => {
  const org = await mock.org({ name: 'Mine', settings: { rate_limit_burst: 1, rate_limit_per_minute: 1 } })
  const call = async () => (await org.client('viewer')(EVENTS)).status
  assert.deepEqual([await call(), await call()], [200, 429])
  assert.equal((await org.settings({ rate_limit_burst: 50 })).rate_limit_burst, 50)
  await org[Symbol.asyncDispose]()
  assert.ok(!(await mock.orgs()).some(({ id }) => id === org.id))
  assert.throws(() => org.client('boss'), { message: 'client takes owner, admin, operator, viewer, not boss' })
})

test('a snapshot is restored, and a reset begins again', async () => {
  const taken = await mock.snapshot()
  const org = await mock.org()
  await mock.restore(taken)
  assert.ok(!(await mock.orgs()).some(({ id }) => id === org.id))
  await mock.reset()
  assert.equal((await mock.orgs()).length, 1)
})

test('a mock that runs is attached to, and not ended', async () => {
  const attached = await startMock({ url: `${mock.baseUrl}/` })
  assert.equal((await attached.orgs()).length, 1)
  await attached.close()
  await mock.clock.now()
  await assert.rejects(startMock({ url: NOWHERE }), refused(`the mock at ${NOWHERE} does not answer: bad port`))
})

test('bad input is one line', async () => {
  const reason = (options) => startMock(options).catch((error) => error.message)
  assert.equal(await reason({ scenari: 'x' }), 'startMock takes scenario, fixture, seed, args, command, url, controlToken, not scenari')
  assert.equal(await reason({ url: NOWHERE, seed: 3 }), `the mock at ${NOWHERE} runs already: it takes no seed`)
  assert.match(await reason({ command: ['/nowhere/mock'] }), /^the mock did not start: spawn \/nowhere\/mock ENOENT$/)
  const wrong = await startMock({ args: ['--colour'] }).catch((error) => error)
  assert.ok(wrong instanceof MockError)
  assert.equal(wrong.message, 'the mock did not start: unrecognized arguments: --colour')
})
