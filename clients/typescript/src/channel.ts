/** What the namespaces share: the generated operations, and how one of them is called. */

import createClient, { type Client } from 'openapi-fetch'
import type { Expected } from './answers.js'
import { camel, snake, type Answer, type Camel } from './casing.js'
import { refused } from './errors.js'
import { send } from './exchange.js'
import { changed, checkedHeaders, type CallOptions, type Options } from './options.js'
import type { operations, paths } from './schema.js'

/** The filters of an operation, and its body, as the document has them. */
export type Query<Id extends keyof operations> = NonNullable<operations[Id]['parameters']['query']>
export type Body<Id extends keyof operations> = operations[Id] extends {
  requestBody: { content: { 'application/json': infer Content } }
}
  ? Content
  : never

type Dates = 'dateFrom' | 'dateTo'
type WithDates<T> = Omit<T, Dates> & { [Name in keyof T & Dates]?: string | Date }

/** What a call takes: filters and fields in camelCase. A day or a time is text, or a Date, which is sent in UTC. */
export type Filters<Id extends keyof operations> = WithDates<Camel<Query<Id>>>
export type Fields<Id extends keyof operations> = Camel<Body<Id>>

export class Channel {
  readonly api: Client<paths>
  readonly #options: Options

  constructor(options: Options) {
    this.api = createClient<paths>({ baseUrl: options.baseUrl, headers: options.headers, bodySerializer: JSON.stringify })
    this.#options = options
  }

  /** Return what a call says beside its parameters and its body. Throws ConfigurationError. */
  init(given: CallOptions, expected: Expected) {
    const options = changed(this.#options, given)
    return {
      headers: checkedHeaders('headers', given.headers),
      fetch: (request: Request) => send(request, options, expected),
    }
  }
}

export class Namespace {
  readonly #channel: Channel

  constructor(channel: Channel) {
    this.#channel = channel
  }

  protected get api(): Client<paths> {
    return this.#channel.api
  }

  protected init(options: CallOptions, expected: Expected = 'json') {
    return this.#channel.init(options, expected)
  }
}

/** Return the answer of a call, with its names in camelCase. */
export async function answered<T extends object>(call: Promise<{ data?: T }>): Promise<Answer<T>> {
  return camel((await call).data as T)
}

/** Return the path parameters for an id. Throws ValidationError unless it is a UUID: other text could change the path. */
export function path(id: string): { path: { id: string } } {
  return { path: { id: uuid('id', id) } }
}

export function uuid(name: string, id: unknown): string {
  if (typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return id
  throw refused(name, 'must be a UUID such as 550e8400-e29b-41d4-a716-446655440000')
}

/** Return filters with the names of the API, on the page at a cursor. Throws ValidationError. */
export function query<T>(filters: object, cursor?: string): { query: T } {
  const where = snake<Record<string, unknown>>(cursor === undefined ? filters : { ...filters, cursor })
  const limit = where['limit'] ?? 1
  if (!Number.isSafeInteger(limit) || (limit as number) < 1) throw refused('limit', 'must be a whole number from 1 to 100')
  return { query: where as T }
}
