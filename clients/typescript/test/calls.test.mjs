import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { NovaVMSClient, VERSION } from '../dist/index.js'
import { ID, KEY, json, page, scripted } from './support.mjs'

test('filters are in camelCase, as the documentation shows', async () => {
  const { client, sent } = scripted([page([])])
  await client.events.list({ triggerType: 'ai_tag', dateFrom: '2026-04-20', starred: false, cameraId: ID })
  assert.equal(sent[0].path, '/api/v1/events')
  assert.deepEqual(sent[0].query, { trigger_type: 'ai_tag', date_from: '2026-04-20', starred: 'false', camera_id: ID })
})

test('fields are in camelCase, as the documentation shows', async () => {
  const { client, sent } = scripted([json({ id: ID, trigger_type: 'motion', cooldown_sec: 300 })])
  const rule = await client.alertRules.create({
    name: 'After-hours dock motion',
    triggerType: 'motion',
    scopeType: 'specific_cameras',
    cameraIds: [ID],
    scheduleType: 'custom',
    cooldownSec: 300,
    recipients: [{ type: 'email', target: 'security@acme-logistics.com' }],
  })
  assert.deepEqual(rule, { id: ID, triggerType: 'motion', cooldownSec: 300 })
  assert.deepEqual(sent[0].body, {
    name: 'After-hours dock motion',
    trigger_type: 'motion',
    scope_type: 'specific_cameras',
    camera_ids: [ID],
    schedule_type: 'custom',
    cooldown_sec: 300,
    recipients: [{ type: 'email', target: 'security@acme-logistics.com' }],
  })
})

test('null is sent, undefined and what was not given is not, and neither is anything falsy lost', async () => {
  const { client, sent } = scripted([json({})])
  await client.cameras.update(ID, { gatewayId: null, name: undefined })
  await client.alertRules.update(ID, { enabled: false, cooldownSec: 0, siteIds: [] })
  assert.deepEqual(sent[0].body, { gateway_id: null })
  assert.deepEqual(sent[1].body, { enabled: false, cooldown_sec: 0, site_ids: [] })
})

test('keys of a map are data: they are not renamed, neither in a body nor in an answer', async () => {
  const map = { someKey: { inner_key: 1 }, other_key: null }
  const { client, sent } = scripted([json({ conditions_json: map })])
  const rule = await client.rules.update(ID, { conditionsJson: map })
  assert.deepEqual(sent[0].body, { conditions_json: map })
  assert.deepEqual(rule, { conditionsJson: map })
})

test('times keep their instant', async () => {
  const { client, sent } = scripted([page([])])
  await client.events.list({ dateFrom: '2026-04-20T08:30:00+02:00', dateTo: new Date('2026-04-20T08:30:00.250+02:00') })
  assert.deepEqual(sent[0].query, { date_from: '2026-04-20T08:30:00+02:00', date_to: '2026-04-20T06:30:00.250Z' })
  assert.match(sent[0].search, /%2B02/)
})

test('what a newer server adds is kept', async () => {
  const { client } = scripted([json({ id: ID, status: 'dreaming', new_field: [{ inner_name: 1 }] })])
  assert.deepEqual(await client.cameras.get(ID), { id: ID, status: 'dreaming', newField: [{ innerName: 1 }] })
})

test('a call without fields has no body and no media type', async () => {
  const { client, sent } = scripted([() => new Response(null, { status: 204 })])
  assert.equal(await client.events.delete(ID), undefined)
  assert.equal(sent[0].body, null)
  assert.equal(sent[0].headers.get('Content-Type'), null)
})

test('an export is the text of the file, as it is', async () => {
  const csv = '\ufeffid,summary\r\n1,"ä, b"\r\n'
  const { client, sent } = scripted([new Response(csv, { headers: { 'Content-Type': 'text/csv; charset=utf-8' } })])
  assert.equal(await client.events.export({ dateFrom: '2026-04-01', dateTo: '2026-04-21' }), csv)
  assert.equal(sent[0].search, '?date_from=2026-04-01&date_to=2026-04-21')
})

test('a snapshot is the bytes of the picture', async () => {
  const { client } = scripted([new Response(new Uint8Array([255, 216, 0]), { headers: { 'Content-Type': 'image/jpeg' } })])
  assert.deepEqual(await client.cameras.snapshot(ID), new Uint8Array([255, 216, 0]))
})

test('every request has the key and names the client', async () => {
  const { client, sent } = scripted([page([])], { userAgent: 'dashboard/2.0', defaultHeaders: { 'X-Team': 'yard' } })
  await client.sites.list({}, { headers: { 'X-Trace': '7' } })
  const { headers } = sent[0]
  assert.equal(headers.get('Authorization'), `Bearer ${KEY}`)
  assert.equal(headers.get('User-Agent'), `novavms-sdk/${VERSION} dashboard/2.0`)
  assert.deepEqual([headers.get('X-Team'), headers.get('X-Trace')], ['yard', '7'])
})

test('the server is that of the documentation unless chosen; a path of its URL is kept', async () => {
  assert.equal(new NovaVMSClient({ apiKey: KEY }).baseUrl, 'https://api.novavms.io')
  const { client, sent } = scripted([page([])], { baseUrl: 'https://intranet.test/vms/' })
  await client.sites.list()
  assert.equal(sent[0].path, '/vms/api/v1/sites')
})

test('a client that is printed does not show its key', () => {
  const client = new NovaVMSClient({ apiKey: KEY })
  assert.ok(!(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client)).includes(KEY))
})

const WRONG_OPTIONS = [
  {}, { apiKey: '' }, { apiKey: 'a\nb' }, { apiKey: ' a' }, { apiKey: 7 },
  { baseUrl: 'vms.test' }, { baseUrl: 'ftp://vms.test' }, { baseUrl: 'https://u:p@vms.test' }, { baseUrl: 'https://vms.test/api/v1/' },
  { timeout: 0 }, { timeout: NaN }, { timeout: 1e9 }, { timeout: '10' }, { maxRetries: -1 }, { maxRetries: 1.5 },
  { userAgent: '' }, { defaultHeaders: { Authorization: 'x' } }, { defaultHeaders: { 'a b': 'x' } }, { defaultHeaders: { a: '\n' } },
]
for (const wrong of WRONG_OPTIONS) {
  test(`an option that cannot work is a ConfigurationError: ${JSON.stringify(wrong)}`, () => {
    const given = Object.keys(wrong).length > 0 ? { apiKey: KEY, ...wrong } : {}
    assert.throws(() => new NovaVMSClient(given), { name: 'ConfigurationError', status: null })
  })
}

const WRONG_ARGUMENTS = {
  'an id that is none': (client) => client.events.get('../sites'),
  'an id of another type': (client) => client.users.revokeSession(ID, undefined),
  'a limit of zero': (client) => client.events.list({ limit: 0 }),
  'a limit that is text': (client) => client.events.list({ limit: '5' }),
  'a number that JSON does not have': (client) => client.rules.update(ID, { conditionsJson: { a: [NaN] } }),
  'a whole number that JSON does not have': (client) => client.rules.update(ID, { cooldownSec: 3n }),
  'an invalid date': (client) => client.events.list({ dateFrom: new Date('x') }),
}
for (const [name, call] of Object.entries(WRONG_ARGUMENTS)) {
  test(`${name} is refused before anything is sent`, async () => {
    const { client, sent } = scripted([json({})])
    await assert.rejects(call(client), { name: 'ValidationError', status: null })
    assert.deepEqual(sent, [])
  })
}

test('what the API has no operation for is refused', async () => {
  const { client, sent } = scripted([json({})])
  for (const call of [client.events.create, client.alerts.create, client.gateways.create]) {
    await assert.rejects(call(), { name: 'UnsupportedOperationError' })
  }
  await assert.rejects(client.alerts.remove(ID), { name: 'UnsupportedOperationError' })
  assert.deepEqual(sent, [])
})
