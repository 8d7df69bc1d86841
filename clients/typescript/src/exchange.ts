/** Sends a request: attempts, the pauses between them, time limits, and errors of the connection. */

import { failure, retryAfter, type Expected, type Received } from './answers.js'
import { RequestTimeoutError, TransportError } from './errors.js'
import type { Options } from './options.js'

const FIRST_DELAY_SECONDS = 0.5
const MAX_DOUBLINGS = 4
const MAX_WAIT_SECONDS = 60

/** Return the successful response to a request, which is repeated on 429 and 5xx. Throws NovaVMSError. */
export async function send(request: Request, options: Options, expected: Expected): Promise<Response> {
  const content = await request.arrayBuffer()
  const body = content.byteLength > 0 ? content : null
  for (let attempt = 0; ; attempt++) {
    const received = await attempted(request, body, options)
    const delay = retryDelay(options, received, attempt)
    if (delay === null) return successful(received, expected)
    await options.sleep(delay)
  }
}

function successful(received: Received, expected: Expected): Response {
  const error = failure(received, expected)
  if (error !== null) throw error
  const { status, headers, content } = received
  return new Response(content.byteLength > 0 ? content : null, { status, headers })
}

async function attempted(request: Request, body: ArrayBuffer | null, options: Options): Promise<Received> {
  const { method, headers, url } = request
  const line = `${method} ${url.split('?')[0]}`
  const limit = options.timeout === null ? null : AbortSignal.timeout(options.timeout * 1000)
  const signal = AbortSignal.any([limit, options.signal].filter((each) => each !== null))
  try {
    const response = await options.fetch(url, { method, headers, body, signal, redirect: 'manual' })
    return { line, status: response.status, headers: response.headers, content: await response.arrayBuffer() }
  } catch (cause) {
    if (limit?.aborted) throw new RequestTimeoutError(`${line} got no answer within ${options.timeout} s`, { cause })
    if (signal.aborted) throw new TransportError(`${line} was aborted by its caller`, { cause })
    throw new TransportError(`${line} could not be completed (${reason(cause)}): is baseUrl right, and is the server running?`, { cause })
  }
}

function reason(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}

/**
 * Return the seconds until the call is repeated, or null when it is not repeated. 429 and 5xx are repeated, whatever the
 * method, at most `maxRetries` times. The delay is a random part of 0.5, 1, 2, 4 and then always 8 s, and at least the
 * seconds in Retry-After; a Retry-After above one minute is not waited for.
 */
function retryDelay(options: Options, { status, headers }: Received, attempt: number): number | null {
  if ((status !== 429 && status < 500) || attempt >= options.maxRetries) return null
  const asked = retryAfter(headers) ?? 0
  if (asked > MAX_WAIT_SECONDS) return null
  return Math.max(asked, options.random() * FIRST_DELAY_SECONDS * 2 ** Math.min(attempt, MAX_DOUBLINGS))
}
