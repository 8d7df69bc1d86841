/** Addresses that receive messages about what happens. */

import { Namespace, answered, path, query, type Fields, type Filters, type Query } from '../channel.js'
import { snake, type Answer } from '../casing.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'

export type Webhook = Answer<components['schemas']['Webhook']>
export type NewWebhook = Answer<components['schemas']['NewWebhook']>
export type WebhookSecret = Answer<components['schemas']['WebhookSecret']>
export type TestDelivery = Answer<components['schemas']['TestDelivery']>
export type WebhookFilters = Filters<'listWebhooks'>

export class Webhooks extends Namespace {
  /** Return the webhooks, newest first. For operators. */
  list(filters: WebhookFilters = {}, options: CallOptions = {}): PagePromise<Webhook> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/webhooks', { params: query<Query<'listWebhooks'>>(filters, cursor), ...this.init(options) })),
    )
  }

  /** Yield the webhooks of all pages. */
  iter(filters: WebhookFilters = {}, options: CallOptions = {}): AsyncGenerator<Webhook, void, undefined> {
    return walk(() => this.list(filters, options))
  }

  async get(id: string, options: CallOptions = {}): Promise<Webhook> {
    return answered(this.api.GET('/api/v1/webhooks/{id}', { params: path(id), ...this.init(options) }))
  }

  /** Add a webhook for an https address; only this answer shows the secret. For operators. */
  async create(fields: Fields<'createWebhook'>, options: CallOptions = {}): Promise<NewWebhook> {
    const body = snake<components['schemas']['CreateWebhook']>(fields)
    return answered(this.api.POST('/api/v1/webhooks', { body, ...this.init(options) }))
  }

  async update(id: string, fields: Fields<'updateWebhook'>, options: CallOptions = {}): Promise<Webhook> {
    const body = snake<components['schemas']['UpdateWebhook']>(fields)
    return answered(this.api.PATCH('/api/v1/webhooks/{id}', { params: path(id), body, ...this.init(options) }))
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE('/api/v1/webhooks/{id}', { params: path(id), ...this.init(options, 'nothing') })
  }

  remove(id: string, options: CallOptions = {}): Promise<void> {
    return this.delete(id, options)
  }

  /** Send a test message to a webhook, and return its delivery id. For operators. */
  async test(id: string, options: CallOptions = {}): Promise<TestDelivery> {
    return answered(this.api.POST('/api/v1/webhooks/{id}/test', { params: path(id), ...this.init(options) }))
  }

  /** Replace the secret of a webhook at once and return the new one. For admins. */
  async rotateSecret(id: string, options: CallOptions = {}): Promise<WebhookSecret> {
    return answered(this.api.POST('/api/v1/webhooks/{id}/rotate-secret', { params: path(id), ...this.init(options) }))
  }
}
