import { spawn } from 'node:child_process'
import { accessSync, closeSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { MockError } from './control.js'

const POLL_MS = 10
const START_TIMEOUT_MS = 30_000
const INSTALL_TIMEOUT_MS = 300_000
const MAX_REASON_CHARS = 500
const SUPERVISOR = fileURLToPath(new URL('./supervisor.js', import.meta.url))
const WINDOWS = process.platform === 'win32'

/** Starts `novavms-mock serve` as a process that ends with this one, however that ends. */
export async function start(args, command) {
  const [program, ...before] = command ?? found()
  const folder = mkdtempSync(join(tmpdir(), 'novavms-mock-'))
  const ready = join(folder, 'ready.json')
  const log = join(folder, 'log')
  const errors = openSync(log, 'w')
  const serve = [folder, program, ...before, 'serve', '--port', '0', '--ready-file', ready, ...args]
  // detached: Ctrl-C reaches the tests alone, whose end then ends the mock
  const child = spawn(process.execPath, [SUPERVISOR, ...serve], { stdio: ['pipe', 'ignore', errors], detached: true })
  closeSync(errors)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.ref()
    child.stdin.destroy()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const baseUrl = await whenReady(child, ready, log, before.length ? INSTALL_TIMEOUT_MS : START_TIMEOUT_MS)
    child.unref()
    child.stdin.unref()
    return { baseUrl, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function whenReady(child, ready, log, timeout) {
  const until = performance.now() + timeout
  while (performance.now() < until && child.exitCode === null) {
    if (existsSync(ready)) return JSON.parse(readFileSync(ready, 'utf8')).base_url
    await sleep(POLL_MS)
  }
  const said = readFileSync(log, 'utf8').trim().replace(/^novavms-mock: /, '').slice(-MAX_REASON_CHARS)
  throw new MockError(`the mock did not start: ${said || `not ready after ${timeout / 1000} s`}`)
}

/** Returns the command: of the active virtual environment, of PATH, or what uvx installs. */
function found() {
  const { VIRTUAL_ENV: environment, PATH: path = '' } = process.env
  const folders = path.split(delimiter).filter(Boolean)
  if (environment) folders.unshift(join(environment, WINDOWS ? 'Scripts' : 'bin'))
  const mock = programIn(folders, 'novavms-mock')
  if (mock) return [mock]
  const uvx = programIn(folders, 'uvx')
  if (uvx) return [uvx, '--from', 'novavms-contract', 'novavms-mock']
  throw new MockError('novavms-mock is not on PATH: install it (pip install . in its checkout) or pass the url of a mock')
}

function programIn(folders, name) {
  return folders.map((folder) => join(folder, WINDOWS ? `${name}.exe` : name)).find(executable)
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
