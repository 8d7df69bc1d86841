/** The options of a client and of a call, checked before anything is sent. */

import { ConfigurationError } from './errors.js'
import { VERSION } from './version.js'

export const BASE_URL = 'https://api.novavms.io'
const PREFIX = '/api/v1'
const MAX_TIMEOUT_SECONDS = 86_400
/** The headers that the client sets itself. */
const OWN_HEADERS = ['authorization', 'content-length', 'content-type', 'host', 'transfer-encoding', 'user-agent']
/** Pages cannot set a User-Agent, and asking to is refused by servers whose CORS does not allow it. */
const IN_BROWSER = 'document' in globalThis || 'WorkerGlobalScope' in globalThis

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface CallOptions {
  /** Seconds that a request may take, with its answer; null is no limit. */
  timeout?: number | null
  /** How many times the call is repeated when it is answered by 429 or 5xx. */
  maxRetries?: number
  /** Headers besides those that the client sets. */
  headers?: Record<string, string>
  /** Ends the call, which then throws a TransportError. */
  signal?: AbortSignal
}

export interface ClientOptions {
  /** The API key of your organisation. */
  apiKey: string
  /** The URL of the server, without /api/v1. */
  baseUrl?: string
  /** Seconds that a request may take, with its answer: 10 unless chosen; null is no limit. */
  timeout?: number | null
  /** How many times a call is repeated when it is answered by 429 or 5xx: 3 unless chosen. */
  maxRetries?: number
  /** Is appended to `novavms-sdk/<version>` in the User-Agent, which browsers replace by their own. */
  userAgent?: string
  /** Headers of every request, besides those that the client sets. */
  defaultHeaders?: Record<string, string>
  /** Sends requests, for proxies and for tests; the fetch of the platform unless chosen. */
  fetch?: Fetch
  /** For tests: waits a number of seconds between two attempts. */
  sleep?: (seconds: number) => Promise<void>
  /** For tests: returns the random part of that delay, from 0 to 1. */
  random?: () => number
}

/** Options that can work. */
export interface Options {
  baseUrl: string
  headers: Record<string, string>
  timeout: number | null
  maxRetries: number
  signal: AbortSignal | null
  fetch: Fetch
  sleep: (seconds: number) => Promise<void>
  random: () => number
}

/** Return the options of a client. Throws ConfigurationError, which names the wrong option and a valid value. */
export function checked(given: ClientOptions): Options {
  const key = headerText('apiKey', given?.apiKey, 'the key of your organisation, such as sk_live_...')
  const own = `novavms-sdk/${VERSION}`
  const agent = given.userAgent === undefined ? own : `${own} ${headerText('userAgent', given.userAgent, 'dashboard/2.0')}`
  return {
    baseUrl: checkedBaseUrl(given.baseUrl ?? BASE_URL),
    headers: {
      ...checkedHeaders('defaultHeaders', given.defaultHeaders),
      Authorization: `Bearer ${key}`,
      ...(IN_BROWSER ? {} : { 'User-Agent': agent }),
    },
    timeout: checkedTimeout(given.timeout === undefined ? 10 : given.timeout),
    maxRetries: checkedRetries(given.maxRetries ?? 3),
    signal: null,
    fetch: given.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    sleep: given.sleep ?? ((seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000))),
    random: given.random ?? Math.random,
  }
}

/** Return the options with those that a call changes. Throws ConfigurationError. */
export function changed(options: Options, given: CallOptions): Options {
  return {
    ...options,
    timeout: given.timeout === undefined ? options.timeout : checkedTimeout(given.timeout),
    maxRetries: given.maxRetries === undefined ? options.maxRetries : checkedRetries(given.maxRetries),
    signal: given.signal ?? options.signal,
  }
}

/** Return a text that fits a header. The error does not show it, because it may be a secret. */
function headerText(name: string, value: unknown, advice: string): string {
  if (typeof value !== 'string' || value.trim() === '') {
    const what = typeof value === 'string' ? 'empty' : `of type ${typeof value}`
    throw new ConfigurationError(`${name} is ${what}: pass ${advice}`)
  }
  if (!/^[\x20-\x7e]+$/.test(value) || value !== value.trim()) {
    throw new ConfigurationError(
      `${name} has blanks around it, a line break or characters outside ASCII: pass ${advice}`,
    )
  }
  return value
}

/** Return headers besides those of the client. Throws ConfigurationError. */
export function checkedHeaders(name: string, headers: Record<string, string> = {}): Record<string, string> {
  for (const [header, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(header)) {
      throw new ConfigurationError(`${name} has ${JSON.stringify(header)}: pass names such as X-Team`)
    }
    if (OWN_HEADERS.includes(header.toLowerCase())) {
      throw new ConfigurationError(`${name} has ${header}, which the client sets: pass apiKey or userAgent instead`)
    }
    headerText(`${name}[${JSON.stringify(header)}]`, value, 'a text such as yard')
  }
  return { ...headers }
}

function checkedBaseUrl(given: unknown): string {
  const advice = `pass where the API is, such as ${BASE_URL}`
  if (typeof given !== 'string' || !URL.canParse(given)) throw new ConfigurationError(`baseUrl is not a URL: ${advice}`)
  const url = new URL(given)
  if (!['http:', 'https:'].includes(url.protocol)) throw new ConfigurationError(`baseUrl has no http:// or https://: ${advice}`)
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigurationError(`baseUrl has a user, a query or a fragment, which would be ignored: ${advice}`)
  }
  const address = url.href.replace(/\/+$/, '')
  if (address.endsWith(PREFIX)) {
    throw new ConfigurationError(`baseUrl ends in ${PREFIX}, which the client adds itself: ${advice}`)
  }
  return address
}

function checkedTimeout(seconds: unknown): number | null {
  if (seconds === null) return null
  if (typeof seconds !== 'number' || !(seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS)) {
    const advice = `pass seconds above 0 and at most ${MAX_TIMEOUT_SECONDS}, such as 10, or null`
    throw new ConfigurationError(`timeout is ${String(seconds)}: ${advice}`)
  }
  return seconds
}

function checkedRetries(count: unknown): number {
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw new ConfigurationError(`maxRetries is ${String(count)}: pass a whole number from 0, such as 3`)
  }
  return count
}
