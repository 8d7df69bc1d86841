/** The devices on site that connect cameras. */

import { Namespace, answered, path, query, type Fields } from '../channel.js'
import { snake, type Answer } from '../casing.js'
import { UnsupportedOperationError } from '../errors.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'

export type Gateway = Answer<components['schemas']['GatewayItem']>
export type GatewayDetail = Answer<components['schemas']['Gateway']>
export type PairingCode = Answer<components['schemas']['PairingCode']>
export type PairedGateway = Answer<components['schemas']['PairedGateway']>
export type GatewayTelemetry = Answer<components['schemas']['GatewayTelemetry']>
export type GatewayFields = Fields<'updateGateway'>

export class Gateways extends Namespace {
  /** Return all gateways, newest first, on one page. */
  list(options: CallOptions = {}): PagePromise<Gateway> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/gateways', { params: query<never>({}, cursor), ...this.init(options) })),
    )
  }

  iter(options: CallOptions = {}): AsyncGenerator<Gateway, void, undefined> {
    return walk(() => this.list(options))
  }

  async get(id: string, options: CallOptions = {}): Promise<GatewayDetail> {
    return answered(this.api.GET('/api/v1/gateways/{id}', { params: path(id), ...this.init(options) }))
  }

  async create(): Promise<never> {
    throw new UnsupportedOperationError('generatePairingCode({ name, siteId }) registers a gateway')
  }

  /** Rename or move a gateway; the status disabled blocks it, offline enables it again. For operators. */
  async update(id: string, fields: GatewayFields, options: CallOptions = {}): Promise<GatewayDetail> {
    const body = snake<components['schemas']['UpdateGateway']>(fields)
    return answered(this.api.PATCH('/api/v1/gateways/{id}', { params: path(id), body, ...this.init(options) }))
  }

  /** Delete a gateway; one that still has cameras is a ValidationError. For operators. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE('/api/v1/gateways/{id}', { params: path(id), ...this.init(options, 'nothing') })
  }

  remove(id: string, options: CallOptions = {}): Promise<void> {
    return this.delete(id, options)
  }

  /** Register a gateway and return its pairing code, valid for ten minutes. For operators. */
  async generatePairingCode(fields: Fields<'generatePairingCode'>, options: CallOptions = {}): Promise<PairingCode> {
    const body = snake<components['schemas']['GeneratePairingCode']>(fields)
    return answered(this.api.POST('/api/v1/gateways/generate-pairing-code', { body, ...this.init(options) }))
  }

  /** Redeem a pairing code for the key of a gateway. For the gateway itself, on its first start. */
  async pair(fields: Fields<'pairGateway'>, options: CallOptions = {}): Promise<PairedGateway> {
    const body = snake<components['schemas']['PairGateway']>(fields)
    return answered(this.api.POST('/api/v1/gateways/pair', { body, ...this.init(options) }))
  }

  async telemetry(id: string, options: CallOptions = {}): Promise<GatewayTelemetry> {
    return answered(this.api.GET('/api/v1/gateways/{id}/telemetry', { params: path(id), ...this.init(options) }))
  }
}
