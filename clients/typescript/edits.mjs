// Loads the compiled client with lines changed, for mutants and breakages: the client itself knows nothing of them.

import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { MessageChannel } from 'node:worker_threads'

const DIST = new URL('dist/', import.meta.url).href
let port

/** Return the module of the client; with a change `{id, file, edits: [[from, to]]}`, one of which each `from` occurs once. */
export async function load(change = null) {
  if (change === null) return import(`${DIST}index.js`)
  const url = new URL(change.file, DIST)
  const source = edited(await readFile(url, 'utf8'), change)
  port ??= registered()
  const query = `?change=${encodeURIComponent(change.id)}`
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
