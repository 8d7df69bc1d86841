// Runs the command in the arguments, and kills it with all its processes once standard input ends, whose other end the
// tests hold open. A mock in memory has nothing to save; the folder in the first argument is removed.
import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'

const WINDOWS = process.platform === 'win32'
const [folder, program, ...args] = process.argv.slice(2)
const mock = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], detached: !WINDOWS })

mock.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
mock.on('exit', (code) => process.exit(code ?? 1))
for (const end of ['end', 'error']) process.stdin.on(end, kill)
process.stdin.resume()

function kill() {
  if (WINDOWS) spawnSync('taskkill', ['/pid', mock.pid, '/t', '/f'])
  else process.kill(-mock.pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
