/**
 * The errors that a call can raise.
 *
 *     NovaVMSError                    any error below, and any status that has no class of its own (409, 410, 413, 5xx)
 *      ├─ AuthError                   401 the key is not valid, 403 it has no permission
 *      ├─ ValidationError             400 the server, or this client before sending, refuses an argument
 *      ├─ NotFoundError               404 no such object in this organisation
 *      ├─ RateLimitError              429 too many calls
 *      ├─ ResponseError               the answer is not from the NovaVMS API: a proxy's page, a redirect, half a body
 *      ├─ TransportError              no answer: the connection failed or broke, or the caller aborted the call
 *      │   └─ RequestTimeoutError     the server took longer than the client's timeout
 *      ├─ UnsupportedOperationError   the API has no such operation; nothing was sent
 *      └─ ConfigurationError          an option cannot work
 *
 * None holds the API key.
 */

export interface ErrorFacts {
  status?: number | null
  code?: string | null
  requestId?: string | null
  cause?: unknown
}

/**
 * A call failed. `message` is the server's text, or the client's when the server gave none. `status` is the HTTP status,
 * null when there was no answer; `code` is the API's stable code, such as `not_found`; `requestId` identifies the request
 * for support.
 */
export class NovaVMSError extends Error {
  override readonly name: string = 'NovaVMSError'
  readonly status: number | null
  readonly code: string | null
  readonly requestId: string | null

  constructor(message: string, { status = null, code = null, requestId = null, cause }: ErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
    this.code = code
    this.requestId = requestId
  }
}

export class AuthError extends NovaVMSError {
  override readonly name = 'AuthError'
}

/** `fieldErrors` has the messages for each wrong field, by its name in the API: `recipients.0.type`. */
export class ValidationError extends NovaVMSError {
  override readonly name = 'ValidationError'
  readonly fieldErrors: Record<string, string[]>

  constructor(message: string, fieldErrors: Record<string, string[]>, facts: ErrorFacts = {}) {
    super(message, facts)
    this.fieldErrors = fieldErrors
  }
}

export class NotFoundError extends NovaVMSError {
  override readonly name = 'NotFoundError'
}

/** `retryAfter` is the number of seconds to wait before the next call; 1 when the server gives no Retry-After. */
export class RateLimitError extends NovaVMSError {
  override readonly name = 'RateLimitError'
  readonly retryAfter: number

  constructor(message: string, retryAfter: number, facts: ErrorFacts = {}) {
    super(message, facts)
    this.retryAfter = retryAfter
  }
}

export class ResponseError extends NovaVMSError {
  override readonly name = 'ResponseError'
}

export class TransportError extends NovaVMSError {
  override readonly name: string = 'TransportError'
}

export class RequestTimeoutError extends TransportError {
  override readonly name = 'RequestTimeoutError'
}

export class UnsupportedOperationError extends NovaVMSError {
  override readonly name = 'UnsupportedOperationError'
}

export class ConfigurationError extends NovaVMSError {
  override readonly name = 'ConfigurationError'
}

/** Return the error for an argument that cannot be sent. */
export function refused(name: string, wrong: string): ValidationError {
  return new ValidationError(`${name} ${wrong}; nothing was sent`, { [name]: [wrong] })
}
