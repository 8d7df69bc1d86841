import type { components } from './control.js'

type Schemas = components['schemas']

/** The mock did not start, cannot be reached or refuses a call; the message is one line that says why. */
export class MockError extends Error {}

export interface StartOptions {
  /** The seed data: a scenario of the mock. */
  scenario?: string
  /** The seed data: a fixture of the mock, or the path of a file. Default: `acme`. */
  fixture?: string
  /** Repeats ids, codes, tokens and generated events. */
  seed?: number
  /** Further arguments of `novavms-mock serve`. */
  args?: string[]
  /** What to start instead of the `novavms-mock` that is found: a program and its first arguments. */
  command?: string[]
  /** The address of a mock that runs already; nothing is started. */
  url?: string | URL
  /** The token that the control plane requires. */
  controlToken?: string
}

/**
 * Starts a mock on a free port that ends with this process, however that ends, or attaches to the one at `url`.
 *
 * It is `novavms-mock` of the active virtual environment or of PATH; without either, uvx installs it.
 */
export function startMock(options?: StartOptions): Promise<Mock>

export interface Mock extends AsyncDisposable {
  readonly baseUrl: string
  readonly control: Control
  /** Moves the time of all orgs. */
  readonly clock: Clock
  /** The faults of all orgs. */
  readonly faults: Faults
  /** The calls of all orgs. */
  readonly requests: Requests
  /** The events of the first org of the seed data. */
  readonly events: Events
  /** Creates an org that shares nothing with others; without a scenario or fixture it is a copy of `small`. */
  org(chosen?: Schemas['NewOrg']): Promise<Org>
  /** All orgs, those of the seed data first. */
  orgs(): Promise<Org[]>
  /** The whole state, for `restore`. */
  snapshot(): Promise<Schemas['Snapshot']>
  restore(snapshot: Schemas['Snapshot']): Promise<void>
  /** Restores the state of the start. */
  reset(): Promise<void>
  /** Ends the mock if it was started here. */
  close(): Promise<void>
}

/** The calls of the control plane; `paths` of `novavms-mock/control` has their types. */
export interface Control {
  get(path: string, filters?: Record<string, string | number | string[] | undefined>): Promise<any>
  call(method: string, path: string, body?: unknown): Promise<any>
}

export type Role = Schemas['WorldActor']['role']

/** Somebody who may call the API. */
export interface Actor extends Readonly<Schemas['WorldActor']> {
  /** The header `Authorization` with the token. */
  readonly headers: { Authorization: string }
}

/** An organisation; `sites`, `cameras` and `gateways` are what it began with. */
export interface Org extends AsyncDisposable {
  readonly id: string
  readonly name: string
  readonly baseUrl: string
  readonly actors: Readonly<Record<Role, Actor>>
  readonly owner: Actor
  readonly admin: Actor
  readonly operator: Actor
  readonly viewer: Actor
  readonly sites: Schemas['WorldSite'][]
  readonly cameras: Schemas['WorldCamera'][]
  readonly gateways: Schemas['WorldGateway'][]
  readonly temporary_keys: Schemas['WorldKey'][]
  /** Moves the time of this org alone. */
  readonly clock: Clock
  readonly faults: Faults
  readonly requests: Requests
  readonly events: Events
  readonly deliveries: Deliveries
  /** A `fetch` that takes paths of the API and calls it as an actor, the owner if not said. */
  client(role?: Role): (path: string, init?: RequestInit) => Promise<Response>
  settings(changed: Schemas['OrgSettingsChange']): Promise<Schemas['OrgSettings']>
  /** Makes it again as it was made, with the same ids and tokens. */
  reset(): Promise<void>
  /** Receives the messages to all webhooks of the org here, whatever their URLs. */
  receiveWebhooks(): Promise<Receiver>
  /** Removes it with everything in it. */
  close(): Promise<void>
}

export interface Step {
  seconds?: number
  minutes?: number
  hours?: number
  days?: number
}

/** The clock. It never runs backwards; whatever falls due on the way has happened when a method returns. */
export interface Clock {
  now(): Promise<Date>
  advance(step: Step): Promise<Date>
  set(to: Date | string): Promise<Date>
  freeze(): Promise<Date>
  resume(): Promise<Date>
}

export type FaultFields = Schemas['NewFault']

export interface Faults {
  /** Adds a fault for the calls of an operation, or for those that `match`. */
  add(operation: string, fields: FaultFields): Promise<Fault>
  add(fields: FaultFields): Promise<Fault>
  /** All, oldest first. */
  all(): Promise<Fault[]>
  clear(): Promise<void>
}

/** One fault. */
export interface Fault extends AsyncDisposable {
  readonly id: number
  /** The number of calls that it has applied to. */
  matched(): Promise<number>
  remove(): Promise<void>
}

export interface Criteria {
  operation?: string
  method?: Schemas['NewFault']['method']
  /** A path, or a path template of the API's document. */
  path?: string
  status?: number
  /** The name of the caller. */
  actor?: string
  /** Headers that were sent: a name alone, or names with values. */
  header?: string | Record<string, string>
  /** Parameters of the query: a name alone, or names with values. */
  query?: string | Record<string, string | number | boolean>
  /** A text in the first KiB of the body that was sent. */
  body?: string
  /** Times of the mock's clock. */
  since?: Date | string
  until?: Date | string
}

/** A call and its answer. Bodies are cut at 1 KiB; names of headers are in lower case, secrets are `***`. */
export interface Call extends Omit<Schemas['RequestRecord'], 'at' | 'query'> {
  readonly at: Date
  readonly query: Record<string, string>
}

/** The calls that meet all criteria, oldest first. They are read when they are used. */
export interface Requests {
  /** Those that meet these criteria too. */
  where(criteria: Criteria): Requests
  all(): Promise<Call[]>
  /** The newest. Rejects with an AssertionError if there is none. */
  last(): Promise<Call>
  /** Rejects with an AssertionError, which names the closest call and what differs, unless there are so many, or one at least. */
  assertCalled(times?: number): Promise<void>
  assertNotCalled(): Promise<void>
  /** Those there are once there are so many (1). Rejects with an AssertionError after `timeout` (5000) ms. */
  wait(options?: { times?: number; timeout?: number }): Promise<Call[]>
  /** Removes the calls of the org, or of all, whatever the criteria. */
  clear(): Promise<void>
}

type Timed<Fields> = Omit<Fields, 'from' | 'to'> & { from?: Date | string; to?: Date | string }
export type EventFields = Timed<Schemas['NewEvents']>
export type AlertFields = Timed<Schemas['NewAlerts']>

/** Events and alerts that happen on request. */
export interface Events {
  /** Records events, which fire alert rules, and returns their ids. */
  record(count?: number, fields?: Omit<EventFields, 'count'>): Promise<string[]>
  record(fields: EventFields): Promise<string[]>
  /** Records alerts of a rule, the newest enabled one if none is named, and returns their ids. */
  recordAlerts(count?: number, fields?: Omit<AlertFields, 'count'>): Promise<string[]>
  recordAlerts(fields: AlertFields): Promise<string[]>
}

export type Delivery = Schemas['Delivery']

/** The messages to webhooks, as the mock sees them. */
export interface Deliveries {
  /** Those in a state, or to a webhook; oldest first. */
  all(criteria?: { state?: Delivery['state']; webhook?: string }): Promise<Delivery[]>
  /** Attempts one again. */
  replay(id: string): Promise<void>
}

/** A message to a webhook, as it arrived; names of headers are in lower case. */
export interface Message {
  readonly headers: Record<string, string | undefined>
  readonly body: string
  json(): any
}

export interface Receiver extends AsyncDisposable {
  /** What it answers (204). */
  status: number
  /** What has arrived, oldest first. */
  readonly messages: Message[]
  /** The messages once there are so many (1). Rejects with an AssertionError after `timeout` (5000) ms. */
  wait(options?: { times?: number; timeout?: number }): Promise<Message[]>
  close(): Promise<void>
}
