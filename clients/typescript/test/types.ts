// What type checkers are to accept and to refuse; `tsc` alone reads this file.

import { NovaVMSClient, RateLimitError, type Camera, type Event } from 'novavms-sdk'

const novavms = new NovaVMSClient({ apiKey: 'sk_live_abc123def456' })

export async function accepted(): Promise<void> {
  const events = await novavms.events.list({ triggerType: 'ai_tag', dateFrom: '2026-04-20', dateTo: new Date(), limit: 100 })
  const first: Event | undefined = events.data[0]
  const tags: string[] | undefined = first?.tags
  for await (const camera of novavms.cameras.iter({ siteId: 'b5e9f3a1-2c4d-4e6f-8a1b-3c5d7e9f1a2b' })) render(camera)
  await novavms.alertRules.update('x', { cooldownSec: 600, conditionsJson: { any: ['thing'] } })
  await novavms.cameras.update('x', { gatewayId: null })
  await novavms.gateways.pair({ pairingCode: 'A7B3CX', localIp: '192.168.10.24' })
  const csv: string = await novavms.events.export({ dateFrom: '2026-04-01' })
  const { entries } = await novavms.alerts.timeline('x')
  for (const entry of entries) if (entry.action === 'status_changed') console.log(entry.to, csv, tags)
}

export function render(camera: Camera): string {
  if (camera.status === 'online') return camera.name
  const newer: string = camera.status
  return newer
}

export async function refused(): Promise<void> {
  // @ts-expect-error: names are in camelCase
  await novavms.events.list({ trigger_type: 'ai_tag' })
  // @ts-expect-error: no such trigger
  await novavms.events.list({ triggerType: 'sound' })
  // @ts-expect-error: a rule needs recipients
  await novavms.alertRules.create({ name: 'x', triggerType: 'motion' })
  // @ts-expect-error: notes are text
  await novavms.events.update('x', { notes: 7 })
  // @ts-expect-error: a client needs a key
  new NovaVMSClient({})
  // @ts-expect-error: no such field
  console.log((await novavms.events.get('x')).triggered_at)
}

export function wait(error: unknown): number {
  return error instanceof RateLimitError ? error.retryAfter : 0
}
