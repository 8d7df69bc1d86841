/** The history of alerts. */

import { Namespace, answered, path, query, type Fields, type Filters, type Query } from '../channel.js'
import { camel, snake, type Answer } from '../casing.js'
import { UnsupportedOperationError } from '../errors.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'

export type Alert = Answer<components['schemas']['Alert']>
export type AlertTimeline = Answer<components['schemas']['AlertTimeline']>
export type AlertFilters = Filters<'listAlerts'>
export type AlertFields = Fields<'updateAlert'>

export class Alerts extends Namespace {
  /** Return the alerts that match every given filter, newest first. */
  list(filters: AlertFilters = {}, options: CallOptions = {}): PagePromise<Alert> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/alerts', { params: query<Query<'listAlerts'>>(filters, cursor), ...this.init(options) })),
    )
  }

  /** Yield the alerts of all pages. */
  iter(filters: AlertFilters = {}, options: CallOptions = {}): AsyncGenerator<Alert, void, undefined> {
    return walk(() => this.list(filters, options))
  }

  async get(id: string, options: CallOptions = {}): Promise<Alert> {
    return answered(this.api.GET('/api/v1/alerts/{id}', { params: path(id), ...this.init(options) }))
  }

  async create(): Promise<never> {
    throw new UnsupportedOperationError('Alerts come from rules: alertRules.create(...) makes one')
  }

  /** Change the status of an alert: from new to acknowledged, and from either to resolved. For operators. */
  async update(id: string, fields: AlertFields, options: CallOptions = {}): Promise<Alert> {
    const body = snake<components['schemas']['UpdateAlert']>(fields)
    return answered(this.api.PATCH('/api/v1/alerts/{id}', { params: path(id), body, ...this.init(options) }))
  }

  async delete(): Promise<never> {
    throw new UnsupportedOperationError("Alerts are kept: changeStatus(id, 'resolved') closes one")
  }

  remove(): Promise<never> {
    return this.delete()
  }

  acknowledge(id: string, options: CallOptions = {}): Promise<Alert> {
    return this.update(id, { status: 'acknowledged' }, options)
  }

  changeStatus(id: string, status: AlertFields['status'], options: CallOptions = {}): Promise<Alert> {
    return this.update(id, { status }, options)
  }

  /** Return what happened to an alert, oldest first. */
  async timeline(id: string, options: CallOptions = {}): Promise<AlertTimeline> {
    const { data } = await this.api.GET('/api/v1/alerts/{id}/timeline', { params: path(id), ...this.init(options) })
    return camel(data as components['schemas']['AlertTimeline']) // openapi-fetch drops fields whose only value is null
  }
}
