/** The sites of an organisation, and which viewers have access. */

import { Namespace, answered, path, query, type Fields, type Filters, type Query } from '../channel.js'
import { snake, type Answer } from '../casing.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'

export type Site = Answer<components['schemas']['Site']>
export type SiteUser = Answer<components['schemas']['SiteUser']>
export type SiteFilters = Filters<'listSites'>
export type NewSite = Fields<'createSite'>
export type SiteFields = Fields<'updateSite'>

export class Sites extends Namespace {
  /** Return the sites, newest first. */
  list(filters: SiteFilters = {}, options: CallOptions = {}): PagePromise<Site> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/sites', { params: query<Query<'listSites'>>(filters, cursor), ...this.init(options) })),
    )
  }

  /** Yield the sites of all pages. */
  iter(filters: SiteFilters = {}, options: CallOptions = {}): AsyncGenerator<Site, void, undefined> {
    return walk(() => this.list(filters, options))
  }

  async get(id: string, options: CallOptions = {}): Promise<Site> {
    return answered(this.api.GET('/api/v1/sites/{id}', { params: path(id), ...this.init(options) }))
  }

  /** Add a site; `timezone` is an IANA name such as Europe/Berlin. For admins. */
  async create(fields: NewSite, options: CallOptions = {}): Promise<Site> {
    const body = snake<components['schemas']['CreateSite']>(fields)
    return answered(this.api.POST('/api/v1/sites', { body, ...this.init(options) }))
  }

  async update(id: string, fields: SiteFields, options: CallOptions = {}): Promise<Site> {
    const body = snake<components['schemas']['UpdateSite']>(fields)
    return answered(this.api.PATCH('/api/v1/sites/{id}', { params: path(id), body, ...this.init(options) }))
  }

  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE('/api/v1/sites/{id}', { params: path(id), ...this.init(options, 'nothing') })
  }

  remove(id: string, options: CallOptions = {}): Promise<void> {
    return this.delete(id, options)
  }

  /** Return the viewers with access to a site. For admins. */
  users(id: string, options: CallOptions = {}): PagePromise<SiteUser> {
    return paged(async () =>
      answered(this.api.GET('/api/v1/sites/{id}/users', { params: path(id), ...this.init(options) })),
    )
  }

  /** Give these viewers, and no others, access to a site. For admins. */
  setUsers(id: string, userIds: string[], options: CallOptions = {}): PagePromise<SiteUser> {
    return paged(async () => {
      const body = snake<components['schemas']['SetSiteUsers']>({ userIds })
      return answered(this.api.PUT('/api/v1/sites/{id}/users', { params: path(id), body, ...this.init(options) }))
    })
  }
}
