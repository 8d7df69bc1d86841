import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, page, scripted } from './support.mjs'

const collected = async (items) => {
  const found = []
  for await (const { id } of items) found.push(id)
  return found
}

test('a list is a page', async () => {
  const { client, sent } = scripted([page(['a', 'b'], 'one')])
  const first = await client.events.list({ limit: 2 })
  assert.deepEqual({ ...first }, { data: [{ id: 'a' }, { id: 'b' }], nextCursor: 'one', total: 9 })
  assert.equal(first.hasNext, true)
  assert.equal(sent.length, 1)
})

for (const [name, walk] of Object.entries({
  list: (client, filters) => client.events.list(filters),
  iter: (client, filters) => client.events.iter(filters),
  'the first page': async function* (client, filters) { yield* await client.events.list(filters) },
})) {
  test(`${name}, iterated, yields all pages with the same filters`, async () => {
    const { client, sent } = scripted([page(['a', 'b'], 'o+/=ne'), page([], 'two'), page(['c'])])
    assert.deepEqual(await collected(walk(client, { triggerType: 'ai_tag', limit: 2 })), ['a', 'b', 'c'])
    const filters = { trigger_type: 'ai_tag', limit: '2' }
    assert.deepEqual(sent.map(({ query }) => query), [filters, { ...filters, cursor: 'o+/=ne' }, { ...filters, cursor: 'two' }])
  })
}

test('a page is fetched when its items are needed, the first one too', async () => {
  const { client, sent } = scripted([page(['a', 'b'], 'one'), page(['c'])])
  const walk = client.sites.iter()
  assert.equal(sent.length, 0)
  await walk.next()
  await walk.next()
  assert.equal(sent.length, 1)
  assert.deepEqual(await walk.next(), { done: false, value: { id: 'c' } })
  assert.deepEqual(await walk.next(), { done: true, value: undefined })
  assert.equal(sent.length, 2)
})

test('a walk goes on from a cursor', async () => {
  const { client, sent } = scripted([page(['b'], 'two'), page(['c'])])
  assert.deepEqual(await collected(client.sites.list({ cursor: 'one' })), ['b', 'c'])
  assert.deepEqual(sent.map(({ query }) => query.cursor), ['one', 'two'])
})

test('pages can be fetched one by one, up to the last', async () => {
  const { client } = scripted([page(['a'], 'one'), page(['b'])])
  const last = await (await client.sites.list()).nextPage()
  assert.deepEqual(last.data, [{ id: 'b' }])
  await assert.rejects(last.nextPage(), { name: 'UnsupportedOperationError' })
})

test('lists without pages end after one request', async () => {
  const { client, sent } = scripted([json({ data: [{ id: 'a' }], total: 1 })])
  assert.deepEqual(await collected(client.rules.list()), ['a'])
  assert.deepEqual(await collected(client.gateways.iter()), ['a'])
  assert.equal(sent.length, 2)
})

for (const cycle of [['one'], ['one', 'two'], ['one', 'two', 'three']]) {
  test(`cursors that repeat end a walk with an error: ${cycle}`, async () => {
    const { client, sent } = scripted([() => page(['a'], cycle[sent.length % cycle.length])])
    await assert.rejects(collected(client.sites.iter()), { name: 'ResponseError' })
    assert.ok(sent.length < 12)
  })
}
