/** When an event becomes an alert, and who is notified. */

import { Namespace, answered, path, query, type Fields } from '../channel.js'
import { snake, type Answer } from '../casing.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'

export type AlertRule = Answer<components['schemas']['AlertRuleItem']>
export type AlertRuleDetail = Answer<components['schemas']['AlertRule']>
export type NewAlertRule = Fields<'createAlertRule'>
export type AlertRuleFields = Fields<'updateAlertRule'>

export class Rules extends Namespace {
  /** Return all rules, newest first, on one page. */
  list(options: CallOptions = {}): PagePromise<AlertRule> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/alert-rules', { params: query<never>({}, cursor), ...this.init(options) })),
    )
  }

  iter(options: CallOptions = {}): AsyncGenerator<AlertRule, void, undefined> {
    return walk(() => this.list(options))
  }

  async get(id: string, options: CallOptions = {}): Promise<AlertRuleDetail> {
    return answered(this.api.GET('/api/v1/alert-rules/{id}', { params: path(id), ...this.init(options) }))
  }

  /** Make a rule that notifies 1 to 25 recipients. For operators. */
  async create(fields: NewAlertRule, options: CallOptions = {}): Promise<AlertRuleDetail> {
    const body = snake<components['schemas']['CreateAlertRule']>(fields)
    return answered(this.api.POST('/api/v1/alert-rules', { body, ...this.init(options) }))
  }

  /** Change the given fields of a rule. For operators. */
  async update(id: string, fields: AlertRuleFields, options: CallOptions = {}): Promise<AlertRuleDetail> {
    const body = snake<components['schemas']['UpdateAlertRule']>(fields)
    return answered(this.api.PATCH('/api/v1/alert-rules/{id}', { params: path(id), body, ...this.init(options) }))
  }

  /** Delete a rule; alerts that it fired stay. For operators. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE('/api/v1/alert-rules/{id}', { params: path(id), ...this.init(options, 'nothing') })
  }

  remove(id: string, options: CallOptions = {}): Promise<void> {
    return this.delete(id, options)
  }

  enable(id: string, options: CallOptions = {}): Promise<AlertRuleDetail> {
    return this.update(id, { enabled: true }, options)
  }

  disable(id: string, options: CallOptions = {}): Promise<AlertRuleDetail> {
    return this.update(id, { enabled: false }, options)
  }
}
