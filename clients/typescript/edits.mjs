// Loads the compiled client with lines changed, for mutants and breakages: the client itself knows nothing of them.

import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { MessageChannel } from 'node:worker_threads'

const DIST = new URL('dist/', import.meta.url).href
let port
let count = 0

/** Return the module of the client; with a change `{id, file, edits: [[from, to]]}`, one of which each `from` occurs once. */
export async function load(change = null) {
  if (change === null) return import(`${DIST}index.js`)
  const url = new URL(change.file, DIST)
  const source = edited(await readFile(url, 'utf8'), change)
  port ??= registered()
  const query = `?change=${++count}`
  port.postMessage({ url: url.href + query, source })
  return import(`${DIST}index.js${query}`)
}

/** Return a text with the lines of a change. Throws for one that does not fit. */
export function edited(text, { id, file, edits }) {
  return edits.reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`${id}: ${file} does not have exactly one ${JSON.stringify(from)}`)
    return before.replace(from, () => to)
  }, text)
}

function registered() {
  const { port1, port2 } = new MessageChannel()
  port1.unref()
  register('./edit_hooks.mjs', import.meta.url, { data: { dist: DIST, port: port2 }, transferList: [port2] })
  return port1
}

/**
 * Return the change that a mutant describes: a file, and then groups of lines, of which those after `- ` are to be
 * replaced by those after `+ `.
 */
export function parsedChange(text) {
  const [file, ...lines] = text.trim().split('\n')
  const edits = []
  let last = '+'
  for (const line of lines) {
    const [sign, rest] = [line[0], line.slice(2)]
    if (!'-+'.includes(sign) || line[1] !== ' ') throw new Error(`not a line of a change: ${line}`)
    if (sign === '-' && last === '+') edits.push([[], []])
    edits.at(-1)[sign === '-' ? 0 : 1].push(rest)
    last = sign
  }
  return { id: text, file, edits: edits.map(([from, to]) => [from.join('\n'), to.join('\n')]) }
}
