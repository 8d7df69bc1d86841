// Hooks of Node's module loader: a module that is imported with ?change=… passes that on to what it imports.

import { receiveMessageOnPort } from 'node:worker_threads'

const sources = new Map()
let dist, port

export function initialize(data) {
  ;({ dist, port } = data)
}

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context)
  const change = context.parentURL?.startsWith(dist) ? new URL(context.parentURL).search : ''
  return change && found.url.startsWith(dist) ? { ...found, url: found.url + change } : found
}

export async function load(url, context, next) {
  for (let message; (message = receiveMessageOnPort(port)); ) sources.set(message.message.url, message.message.source)
  if (sources.has(url)) return { format: 'module', source: sources.get(url), shortCircuit: true }
  return next(url, context)
}
