/** The recordings of cameras. */

import { Namespace, answered, path, query, type Fields, type Filters, type Query } from '../channel.js'
import { snake, type Answer } from '../casing.js'
import { UnsupportedOperationError } from '../errors.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'

export type Event = Answer<components['schemas']['EventItem']>
export type EventDetail = Answer<components['schemas']['EventDetail']>
export type EventFilters = Filters<'listEvents'>
export type EventFields = Fields<'updateEvent'>

export class Events extends Namespace {
  /** Return the events that match every given filter, newest first. A day such as '2026-04-20' is that day in UTC. */
  list(filters: EventFilters = {}, options: CallOptions = {}): PagePromise<Event> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/events', { params: query<Query<'listEvents'>>(filters, cursor), ...this.init(options) })),
    )
  }

  /** Yield the events of all pages. */
  iter(filters: EventFilters = {}, options: CallOptions = {}): AsyncGenerator<Event, void, undefined> {
    return walk(() => this.list(filters, options))
  }

  async get(id: string, options: CallOptions = {}): Promise<EventDetail> {
    return answered(this.api.GET('/api/v1/events/{id}', { params: path(id), ...this.init(options) }))
  }

  async create(): Promise<never> {
    throw new UnsupportedOperationError('Cameras record events: cameras.trigger(cameraId) lets one record')
  }

  /** Acknowledge or star an event, or undo that with false; set its notes. For operators. */
  async update(id: string, fields: EventFields, options: CallOptions = {}): Promise<EventDetail> {
    const body = snake<components['schemas']['UpdateEvent']>(fields)
    return answered(this.api.PATCH('/api/v1/events/{id}', { params: path(id), body, ...this.init(options) }))
  }

  /** Dismiss an event, which deletes it. For admins. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE('/api/v1/events/{id}', { params: path(id), ...this.init(options, 'nothing') })
  }

  remove(id: string, options: CallOptions = {}): Promise<void> {
    return this.delete(id, options)
  }

  acknowledge(id: string, options: CallOptions = {}): Promise<EventDetail> {
    return this.update(id, { acknowledged: true }, options)
  }

  star(id: string, options: CallOptions = {}): Promise<EventDetail> {
    return this.update(id, { starred: true }, options)
  }

  addNotes(id: string, notes: string, options: CallOptions = {}): Promise<EventDetail> {
    return this.update(id, { notes }, options)
  }

  /** Return all events that match every given filter as CSV. For operators. */
  async export(filters: Omit<EventFilters, 'cursor' | 'limit'> = {}, options: CallOptions = {}): Promise<string> {
    const params = query<Query<'exportEvents'>>(filters)
    const init = this.init(options, 'text/csv')
    const { data } = await this.api.GET('/api/v1/events/export', { params, parseAs: 'arrayBuffer', ...init })
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(data) // a byte order mark stays
  }
}
