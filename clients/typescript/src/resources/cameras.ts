/** Cameras, their pictures and tokens for live view. */

import { Namespace, answered, path, query, type Fields, type Filters, type Query } from '../channel.js'
import { snake, type Answer } from '../casing.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'
import type { EventDetail } from './events.js'

export type Camera = Answer<components['schemas']['CameraItem']>
export type CameraDetail = Answer<components['schemas']['Camera']>
export type LiveViewToken = Answer<components['schemas']['LiveViewToken']>
export type CameraFilters = Filters<'listCameras'>
export type NewCamera = Fields<'createCamera'>
export type CameraFields = Fields<'updateCamera'>

export class Cameras extends Namespace {
  /** Return the cameras that match every given filter, newest first. */
  list(filters: CameraFilters = {}, options: CallOptions = {}): PagePromise<Camera> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/cameras', { params: query<Query<'listCameras'>>(filters, cursor), ...this.init(options) })),
    )
  }

  /** Yield the cameras of all pages. */
  iter(filters: CameraFilters = {}, options: CallOptions = {}): AsyncGenerator<Camera, void, undefined> {
    return walk(() => this.list(filters, options))
  }

  async get(id: string, options: CallOptions = {}): Promise<CameraDetail> {
    return answered(this.api.GET('/api/v1/cameras/{id}', { params: path(id), ...this.init(options) }))
  }

  /** Add a camera behind a gateway of its site, or with `connectionMode: 'direct'` without one. For operators. */
  async create(fields: NewCamera, options: CallOptions = {}): Promise<CameraDetail> {
    const body = snake<components['schemas']['CreateCamera']>(fields)
    return answered(this.api.POST('/api/v1/cameras', { body, ...this.init(options) }))
  }

  /** Rename or move a camera; `gatewayId: null` connects it directly. For operators. */
  async update(id: string, fields: CameraFields, options: CallOptions = {}): Promise<CameraDetail> {
    const body = snake<components['schemas']['UpdateCamera']>(fields)
    return answered(this.api.PATCH('/api/v1/cameras/{id}', { params: path(id), body, ...this.init(options) }))
  }

  /** Delete a camera; its events stay. For operators. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE('/api/v1/cameras/{id}', { params: path(id), ...this.init(options, 'nothing') })
  }

  remove(id: string, options: CallOptions = {}): Promise<void> {
    return this.delete(id, options)
  }

  /** Let a camera record now; at most once in 5 s for each camera. For operators. */
  async trigger(id: string, options: CallOptions = {}): Promise<EventDetail> {
    return answered(this.api.POST('/api/v1/cameras/{id}/trigger', { params: path(id), ...this.init(options) }))
  }

  /** Return the current picture of a camera, a JPEG file. */
  async snapshot(id: string, options: CallOptions = {}): Promise<Uint8Array> {
    const init = this.init(options, 'image/jpeg')
    const { data } = await this.api.GET('/api/v1/cameras/{id}/snapshot', { params: path(id), parseAs: 'arrayBuffer', ...init })
    return new Uint8Array(data as ArrayBuffer)
  }

  /** Return a token for the live view of a camera, valid for five minutes. */
  async liveViewToken(id: string, options: CallOptions = {}): Promise<LiveViewToken> {
    return answered(this.api.POST('/api/v1/cameras/{id}/live-view-token', { params: path(id), ...this.init(options) }))
  }
}
