/** The mock did not start, cannot be reached or refuses a call; the message is one line that says why. */
export class MockError extends Error {
  name = 'MockError'
}

const TIMEOUT_MS = 90_000
const PREFIX = '/_mock'

/** The control plane of one mock. */
export class Control {
  #baseUrl
  #headers

  constructor(baseUrl, token) {
    this.#baseUrl = baseUrl
    this.#headers = token ? { Authorization: `Bearer ${token}` } : {}
  }

  /** Returns what a call answers; filters that are undefined are left out. */
  get(path, filters = {}) {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(filters)) {
      for (const each of [value].flat()) if (each !== undefined) query.append(name, each)
    }
    return this.call('GET', query.size ? `${path}?${query}` : path)
  }

  /** Makes a call with a JSON body and returns what it answers, undefined for an empty answer. Throws MockError. */
  async call(method, path, body) {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const response = await fetch(this.#baseUrl + PREFIX + path, {
      method,
      headers: { ...this.#headers, ...json },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error) => {
      throw new MockError(`the mock at ${this.#baseUrl} does not answer: ${error.cause?.code ?? error.cause?.message ?? error.message}`)
    })
    const text = await response.text()
    if (!response.ok) throw new MockError(`${method} ${PREFIX}${path.split('?')[0]}: ${reason(response.status, text)}`)
    return text ? JSON.parse(text) : undefined
  }
}

/** Returns why a call was refused: the fields that are wrong, or the message. */
function reason(status, text) {
  try {
    const { message, field_errors: fields = {} } = JSON.parse(text)
    const wrong = Object.entries(fields).flatMap(([name, texts]) => texts.map((each) => `${name} ${each}`))
    return wrong.join('; ') || message || `status ${status}`
  } catch {
    return `status ${status}`
  }
}
