// Tests of the program. Each has an org of its own on the mock, removed at its end: no test sees what another does.
import { startMock } from 'novavms-mock'
import { expect, test } from 'vitest'
import { cameraOf, Yard } from '../yard.js'

const mock = await startMock()

test('every page of a list is read', async () => {
  await using org = await mock.org({ events: 250 })
  const yard = new Yard(org.baseUrl, org.admin.token)
  expect(new Set(await yard.eventIds()).size).toBe(250)
})

test('an unavailable server is asked again when it says so', async () => {
  await using org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  await org.faults.add('listEvents', { answer: { status: 503, retry_after: 1 }, times: 1 })
  expect(await yard.eventIds()).toEqual([])
  const [first, second] = await org.requests.where({ operation: 'listEvents' }).all()
  expect(second.at.getTime() - first.at.getTime()).toBeGreaterThanOrEqual(1000)
})

test('a viewer learns whom to ask', async () => {
  await using org = await mock.org()
  const yard = new Yard(org.baseUrl, org.viewer.token)
  expect(await yard.renameSite(org.sites[0].id, 'North')).toBe('ask an admin to rename it')
})

test('a code that has expired is explained', async () => {
  await using org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  const body = { name: 'Dock', site_id: org.sites[0].id }
  const code = await (await yard.call('POST', '/gateways/generate-pairing-code', { body })).json()
  await org.clock.advance({ minutes: 11 })
  expect(await yard.connectGateway(code.pairing_code)).toBe('the code has expired, make another')
})

test('a message of a webhook names its camera', async () => {
  await using org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  const receiver = await org.receiveWebhooks()
  const body = { name: 'Yard', url: 'https://yard.example.com/hook', event_types: ['event'] }
  const hook = await (await yard.call('POST', '/webhooks', { body })).json()
  await org.events.record({ camera_id: org.cameras[1].id })
  const [message] = await receiver.wait()
  expect(cameraOf(message.body, message.headers, hook.secret)).toBe(org.cameras[1].id)
})

test('the reason is sent with the change', async () => {
  await using org = await mock.org()
  const yard = new Yard(org.baseUrl, org.admin.token)
  await yard.renameSite(org.sites[0].id, 'North')
  await org.requests.where({ method: 'PATCH', header: { 'X-Reason': 'renamed in the yard' } }).assertCalled(1)
})
