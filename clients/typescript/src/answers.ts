/** Reads a response: the wait that it asks for, and the error that it reports. */

import * as errors from './errors.js'

/** A response that has been received whole. */
export interface Received {
  /** Method and URL of the request, without its query. */
  line: string
  status: number
  headers: Headers
  content: ArrayBuffer
}

/** What a successful response holds: JSON, nothing, or a file of a media type. */
export type Expected = 'json' | 'nothing' | `${string}/${string}`

const MAX_RETRY_AFTER_SECONDS = 9e9
const HINT = 'is baseUrl right, and is there a proxy in between?'
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]+, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
]

/** Return the error that a response reports, null for the success that was expected. */
export function failure(received: Received, expected: Expected): errors.NovaVMSError | null {
  const { line, status, headers } = received
  if (status >= 200 && status < 300) return unexpected(received, expected)
  if (status < 400) {
    const where = headers.get('Location') ?? 'an unnamed location'
    const message = `${line} is redirected to ${where}: set baseUrl to where the API is`
    return new errors.ResponseError(message, { status, requestId: headers.get('X-Request-Id') })
  }
  const body = problem(received)
  const message = body.message ?? `${line} answered ${status} with ${mediaType(headers)}, not an error of the API; ${HINT}`
  const facts = { status, code: body.error ?? null, requestId: body.request_id ?? headers.get('X-Request-Id') }
  if (status === 400) return new errors.ValidationError(message, fieldErrors(body), facts)
  if (status === 401 || status === 403) return new errors.AuthError(message, facts)
  if (status === 404) return new errors.NotFoundError(message, facts)
  if (status === 429) return new errors.RateLimitError(message, retryAfter(headers) ?? 1, facts)
  return new errors.NovaVMSError(message, facts)
}

function unexpected(received: Received, expected: Expected): errors.ResponseError | null {
  const { line, status, headers, content } = received
  const wrong = mismatch(received, expected)
  if (wrong === null) return null
  const message = `${line} answered ${status} with ${mediaType(headers)} of ${content.byteLength} bytes, ${wrong}; ${HINT}`
  return new errors.ResponseError(message, { status, requestId: headers.get('X-Request-Id') })
}

function mismatch({ headers, content }: Received, expected: Expected): string | null {
  if (expected === 'nothing') return content.byteLength === 0 ? null : 'not an empty body'
  if (expected === 'json') return isObject(parsed(content)) ? null : 'not a JSON object'
  return mediaType(headers) === expected ? null : `not ${expected}`
}

interface Problem {
  error?: string
  message?: string
  request_id?: string
  field_errors?: unknown
}

/** Return the API's error body; empty when the body is something else. */
function problem({ content }: Received): Problem {
  const body = parsed(content)
  if (!isObject(body) || typeof body['error'] !== 'string') return {}
  const known = Object.entries(body).filter(([name, value]) => typeof value === 'string' || name === 'field_errors')
  return Object.fromEntries(known)
}

function fieldErrors({ field_errors: found }: Problem): Record<string, string[]> {
  if (!isObject(found)) return {}
  const lists = Object.entries(found).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]))
  return Object.fromEntries(lists.map(([name, texts]) => [name, texts.map(String)]))
}

function parsed(content: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(content))
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mediaType = (headers: Headers): string =>
  (headers.get('Content-Type') ?? '').split(';')[0]!.trim().toLowerCase() || 'no media type'

/**
 * Return the seconds in Retry-After; null where there is nothing that can be read. A date there is compared with the
 * response's own Date, and with the clock where that is missing.
 */
export function retryAfter(headers: Headers): number | null {
  const asked = (headers.get('Retry-After') ?? '').trim()
  if (/^\d{1,18}(\.\d{1,18})?$/.test(asked)) return Math.min(Number(asked), MAX_RETRY_AFTER_SECONDS)
  const until = httpDate(asked)
  if (until === null) return null
  const since = httpDate(headers.get('Date') ?? '') ?? Date.now()
  return Math.min(Math.max(0, (until - since) / 1000), MAX_RETRY_AFTER_SECONDS)
}

/** Return a date in one of the three formats of RFC 9110, 5.6.7, in milliseconds; null for any other text. */
function httpDate(text: string): number | null {
  if (!HTTP_DATES.some((format) => format.test(text))) return null
  const leap = text.includes(':60 ')
  const at = Date.parse(`${text.replace(':60 ', ':59 ').replace(/ GMT$/, '')} GMT`)
  return Number.isNaN(at) ? null : at + (leap ? 1000 : 0)
}
