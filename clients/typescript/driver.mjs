// Lets `novavms-contract sdk --driver "node clients/typescript/driver.mjs"` check this client: requests are lines of JSON
// on standard input, see docs/how-to/sdk-driver.md. `--change FILE` checks it with a change as in mutants.toml.

import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { inspect, parseArgs } from 'node:util'
import { load, parsedChange } from './edits.mjs'
import { camel, fromApi, snake, toApi } from './driver_names.mjs'
import { through } from './driver_proxy.mjs'

/** Verbs that take one value beside ids, and its field. */
const SINGLE_VALUES = {
  add_notes: 'notes',
  change_status: 'status',
  change_role: 'role',
  set_users: 'user_ids',
}
const LANGUAGE = { protocol: 1, language: 'typescript', name: 'novavms-sdk' }
const OPTIONS = ['api_key', 'base_url', 'timeout', 'max_retries', 'user_agent', 'proxy']

let fakeSleep = false
let pauses = []
let count = 0
const kept = new Map()

const keep = (kind, value) => {
  const name = `${kind}-${++count}`
  kept.set(name, value)
  return name
}

const found = (name) => {
  if (!kept.has(name)) throw new Error(`no ${name}`)
  return kept.get(name)
}

const METHODS = {
  hello({ fake_sleep }) {
    fakeSleep = fake_sleep
    const capabilities = ['fake_sleep', 'datetimes', 'mutants']
    return { ...LANGUAGE, version: clientModule.VERSION, verbs: verbs(), options: OPTIONS, capabilities }
  },
  make_client({ options }) {
    const { proxy, ...given } = options
    const own = { ...fromApi(given), ...(fakeSleep && { sleep }), ...(proxy && { fetch: through(proxy) }) }
    return attempt(() => {
      const client = new clientModule.NovaVMSClient(own)
      return { client: keep('client', client), base_url: client.baseUrl, shown: inspect(client) }
    })
  },
  async call({ client, verb, ids, fields, seconds }) {
    const [namespace, name] = verb.split('.')
    const owner = found(client)[camel(namespace)]
    const given = args(owner, name, fields)
    const names = given.flatMap((value) => (isObject(value) ? Object.keys(value) : []))
    return { ...(await within(seconds, async () => answer(await owner[camel(name)](...ids, ...given)))), names }
  },
  iterate({ client, namespace, fields, seconds }) {
    const owner = found(client)[camel(namespace)]
    return within(seconds, () => ({ iterator: keep('iterator', owner.iter(...args(owner, 'iter', fields))) }))
  },
  next({ iterator, seconds }) {
    return within(seconds, async () => {
      const { done, value } = await found(iterator).next()
      if (done) kept.delete(iterator)
      return done ? { done: true } : { value: toApi(value) }
    })
  },
  close({ client }) {
    found(client)
    kept.delete(client)
    return {}
  },
  async mutate({ mutant }) {
    clientModule = await load(mutant === null ? null : parsedChange(mutant))
    return {}
  },
  shutdown: () => ({}),
}

function verbs() {
  const client = new clientModule.NovaVMSClient({ apiKey: 'x' })
  const namespaces = Object.entries(client).filter(([, value]) => typeof value === 'object')
  return namespaces.flatMap(([namespace, value]) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(value))
      .filter((name) => name !== 'constructor')
      .map((name) => `${snake(namespace)}.${snake(name)}`),
  )
}

function args(owner, name, fields) {
  if (name in SINGLE_VALUES) return [fromApi(fields)[camel(SINGLE_VALUES[name])]]
  return Object.keys(fields).length > 0 ? [fromApi(fields)] : []
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)

async function sleep(seconds) {
  pauses.push(seconds)
}

/** Return what a call of the client gives within a time, its error, or that it has not ended. */
async function within(seconds, call) {
  pauses = []
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ hung: true }), seconds * 1000)
  })
  const result = await Promise.race([attempt(call), late])
  clearTimeout(timer)
  return fakeSleep ? { ...result, pauses } : result
}

async function attempt(call) {
  try {
    return await call()
  } catch (error) {
    return { raised: raised(error) }
  }
}

function answer(value) {
  if (typeof value === 'string') return { bytes: Buffer.from(value).toString('base64') } // a CSV file
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('base64') }
  return { value: toApi(value) ?? null }
}

function raised(error) {
  const classes = []
  for (let kind = error; kind instanceof Object && kind !== Object.prototype; kind = Object.getPrototypeOf(kind)) {
    if (Object.hasOwn(kind, 'constructor')) classes.push(kind.constructor.name)
  }
  const facts = { status: 'status', code: 'code', message: 'message', requestId: 'request_id', retryAfter: 'retry_after', fieldErrors: 'field_errors' }
  const known = Object.entries(facts).filter(([name]) => error?.[name] !== undefined)
  return {
    classes: classes.length > 0 ? classes : [typeof error],
    ...Object.fromEntries(known.map(([name, field]) => [field, error[name]])),
    shown: inspect(error),
  }
}

async function answered({ id, method, ...parameters }) {
  try {
    return { id, result: await METHODS[method](parameters) }
  } catch (error) {
    return { id, error: String(error) }
  }
}

const { change } = parseArgs({ options: { change: { type: 'string' } } }).values
let clientModule = await load(change === undefined ? null : parsedChange(await readFile(change, 'utf8')))
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  process.stdout.write(`${JSON.stringify(await answered(request))}\n`)
  if (request.method === 'shutdown') process.exit(0)
}
