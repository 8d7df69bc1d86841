import { Clock } from './clock.js'
import { Control } from './control.js'
import { Events } from './events.js'
import { Faults } from './faults.js'
import { Org } from './org.js'
import { start } from './process.js'
import { Requests } from './requests.js'

const OPTIONS = ['scenario', 'fixture', 'seed', 'args', 'command', 'url', 'controlToken']
const OF_A_START = ['scenario', 'fixture', 'seed', 'args', 'command']

/** Starts a mock that ends with this process, or attaches to the one at `url`. Throws MockError. */
export async function startMock(options = {}) {
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) throw new TypeError(`startMock takes ${OPTIONS.join(', ')}, not ${name}`)
  }
  const { url, controlToken, command, args = [], ...named } = options
  if (url === undefined) {
    const given = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`]))
    const guarded = controlToken ? ['--control-token', controlToken] : []
    const process = await start([...args, ...given, ...guarded], command)
    return new Mock(process.baseUrl, controlToken, process)
  }
  const unused = OF_A_START.find((name) => options[name] !== undefined)
  if (unused) throw new TypeError(`the mock at ${url} runs already: it takes no ${unused}`)
  const mock = new Mock(String(url).replace(/\/+$/, ''), controlToken)
  await mock.clock.now()
  return mock
}

/** A running mock. */
class Mock {
  #process

  constructor(baseUrl, controlToken, process) {
    this.#process = process
    this.baseUrl = baseUrl
    this.control = new Control(baseUrl, controlToken)
    this.clock = new Clock(this.control, '/clock')
    this.faults = new Faults(this.control)
    this.requests = new Requests(this.control)
    this.events = new Events(this.control, async () => (await this.orgs())[0].id)
  }

  async org(chosen = {}) {
    return new Org(this.control, this.baseUrl, await this.control.call('POST', '/orgs', chosen))
  }

  async orgs() {
    return (await this.control.get('/orgs')).data.map((described) => new Org(this.control, this.baseUrl, described))
  }

  snapshot() {
    return this.control.get('/snapshot')
  }

  async restore(snapshot) {
    await this.control.call('PUT', '/snapshot', snapshot)
  }

  async reset() {
    await this.control.call('POST', '/reset')
  }

  async close() {
    await this.#process?.stop()
  }

  [Symbol.asyncDispose]() {
    return this.close()
  }
}
