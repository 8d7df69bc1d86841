/** Pages of a list, which walk on by themselves when they are iterated. */

import { ResponseError, UnsupportedOperationError } from './errors.js'
import type { Answer } from './casing.js'

/** What a list answers; lists without pages have no `nextCursor`. */
export interface Listed<Item> {
  data: Item[]
  nextCursor?: string | null
  total: number
}

/** Fetches the page at a cursor, the first one without. */
type FetchPage<Item> = (cursor?: string) => Promise<Listed<Item>>

/**
 * A cursor of a walk, kept for as many pages as it took to get there and then replaced by a later one. Whatever cycle a
 * server's cursors run in, one that is kept comes again (Brent's algorithm).
 */
interface Trail {
  cursor: string | null
  pages: number
  length: number
}

const START: Trail = { cursor: null, pages: 0, length: 1 }

/** A page of a list. `for await` yields its items and those of all pages after it, which are fetched as needed. */
export class Page<Item> implements AsyncIterable<Item> {
  readonly data: Item[]
  readonly nextCursor: string | null
  readonly total: number
  readonly #fetchPage: FetchPage<Item>
  readonly #trail: Trail

  constructor(listed: Listed<Item>, fetchPage: FetchPage<Item>, trail: Trail = START) {
    if (!Array.isArray(listed.data)) throw new ResponseError('A list was answered without data')
    this.data = listed.data
    this.nextCursor = listed.nextCursor || null
    this.total = listed.total
    this.#fetchPage = fetchPage
    this.#trail = trail
  }

  get hasNext(): boolean {
    return this.nextCursor !== null
  }

  /** Return the page after this one. Throws UnsupportedOperationError on the last, where `hasNext` is false. */
  async nextPage(): Promise<Page<Item>> {
    const cursor = this.nextCursor
    if (cursor === null) {
      throw new UnsupportedOperationError('This is the last page: call nextPage() only while hasNext is true')
    }
    const trail = this.#trail
    if (cursor === trail.cursor) {
      throw new ResponseError('A list answered with a cursor that it has answered before: it has no end')
    }
    const { pages, length, ...kept } =
      trail.pages === 0 ? { cursor, pages: 2 * trail.length, length: 2 * trail.length } : trail
    return new Page(await this.#fetchPage(cursor), this.#fetchPage, { ...kept, pages: pages - 1, length })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    let page: Page<Item> = this
    yield* page.data
    while (page.hasNext) {
      page = await page.nextPage()
      yield* page.data
    }
  }
}

/** The first page, to be awaited; iterated, the items of all pages. */
export type PagePromise<Item> = Promise<Page<Item>> & AsyncIterable<Item>

/** Return the first page of a list. */
export function paged<Item>(fetchPage: FetchPage<Item>): PagePromise<Item> {
  const first = fetchPage().then((listed) => new Page(listed, fetchPage))
  const iterator = async function* () {
    yield* await first
  }
  return Object.assign(first, { [Symbol.asyncIterator]: iterator })
}

/** Yield the items of all pages of a list; nothing is fetched before the first is asked for. */
export async function* walk<Item>(list: () => PagePromise<Item>): AsyncGenerator<Item, void, undefined> {
  yield* await list()
}

/** The items of a list of the document. */
export type ItemOf<List extends { data: unknown[] }> = Answer<List['data'][number]>
