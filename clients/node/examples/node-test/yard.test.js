// Tests of the program. Each has an org of its own on the mock: no test sees what another does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startMock } from 'novavms-mock'
import { cameraOf, Yard } from '../yard.js'

const mock = await startMock()

test('every page of a list is read', async () => {
  const org = await mock.org({ events: 250 })
  const yard = new Yard(org.baseUrl, org.admin.token)
  assert.equal(new Set(await yard.eventIds()).size, 250)
})

test('an unavailable server is asked again when it says so', async () => {
  const org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  await org.faults.add('listEvents', { answer: { status: 503, retry_after: 1 }, times: 1 })
  assert.deepEqual(await yard.eventIds(), [])
  const [first, second] = await org.requests.where({ operation: 'listEvents' }).all()
  assert.ok(second.at - first.at >= 1000)
})

test('a viewer learns whom to ask', async () => {
  const org = await mock.org()
  const yard = new Yard(org.baseUrl, org.viewer.token)
  assert.equal(await yard.renameSite(org.sites[0].id, 'North'), 'ask an admin to rename it')
})

test('a code that has expired is explained', async () => {
  const org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  const body = { name: 'Dock', site_id: org.sites[0].id }
  const code = await (await yard.call('POST', '/gateways/generate-pairing-code', { body })).json()
  await org.clock.advance({ minutes: 11 })
  assert.equal(await yard.connectGateway(code.pairing_code), 'the code has expired, make another')
})

test('a message of a webhook names its camera', async () => {
  const org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  const receiver = await org.receiveWebhooks()
  const body = { name: 'Yard', url: 'https://yard.example.com/hook', event_types: ['event'] }
  const hook = await (await yard.call('POST', '/webhooks', { body })).json()
  await org.events.record({ camera_id: org.cameras[1].id })
  const [message] = await receiver.wait()
  assert.equal(cameraOf(message.body, message.headers, hook.secret), org.cameras[1].id)
})

test('the reason is sent with the change', async () => {
  const org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  await yard.renameSite(org.sites[0].id, 'North')
  await org.requests.where({ method: 'PATCH', header: { 'X-Reason': 'renamed in the yard' } }).assertCalled(1)
})
