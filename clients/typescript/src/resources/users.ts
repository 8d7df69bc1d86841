/** The users of an organisation. */

import { Namespace, answered, path, query, uuid, type Fields, type Filters, type Query } from '../channel.js'
import { snake, type Answer } from '../casing.js'
import type { CallOptions } from '../options.js'
import { paged, walk, type PagePromise } from '../pages.js'
import type { components } from '../schema.js'

export type User = Answer<components['schemas']['User']>
export type InvitedUser = Answer<components['schemas']['InvitedUser']>
export type Session = Answer<components['schemas']['Session']>
export type UserFilters = Filters<'listUsers'>
export type NewUser = Fields<'inviteUser'>
export type UserFields = Fields<'updateUser'>

export class Users extends Namespace {
  /** Return the users, newest first. For admins. */
  list(filters: UserFilters = {}, options: CallOptions = {}): PagePromise<User> {
    return paged(async (cursor) =>
      answered(this.api.GET('/api/v1/users', { params: query<Query<'listUsers'>>(filters, cursor), ...this.init(options) })),
    )
  }

  /** Yield the users of all pages. */
  iter(filters: UserFilters = {}, options: CallOptions = {}): AsyncGenerator<User, void, undefined> {
    return walk(() => this.list(filters, options))
  }

  async get(id: string, options: CallOptions = {}): Promise<User> {
    return answered(this.api.GET('/api/v1/users/{id}', { params: path(id), ...this.init(options) }))
  }

  /** Invite a person; a viewer needs `siteIds`. For admins. */
  async invite(fields: NewUser, options: CallOptions = {}): Promise<InvitedUser> {
    const body = snake<components['schemas']['InviteUser']>(fields)
    return answered(this.api.POST('/api/v1/users', { body, ...this.init(options) }))
  }

  create(fields: NewUser, options: CallOptions = {}): Promise<InvitedUser> {
    return this.invite(fields, options)
  }

  /** Change the name or role of a user, or block them with `enabled: false`. For admins. */
  async update(id: string, fields: UserFields, options: CallOptions = {}): Promise<User> {
    const body = snake<components['schemas']['UpdateUser']>(fields)
    return answered(this.api.PATCH('/api/v1/users/{id}', { params: path(id), body, ...this.init(options) }))
  }

  /** Remove a user from the organisation. For admins. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.api.DELETE('/api/v1/users/{id}', { params: path(id), ...this.init(options, 'nothing') })
  }

  remove(id: string, options: CallOptions = {}): Promise<void> {
    return this.delete(id, options)
  }

  changeRole(id: string, role: NonNullable<UserFields['role']>, options: CallOptions = {}): Promise<User> {
    return this.update(id, { role }, options)
  }

  /** Return the sessions of a user, at most five. For admins. */
  sessions(id: string, options: CallOptions = {}): PagePromise<Session> {
    return paged(async () =>
      answered(this.api.GET('/api/v1/users/{id}/sessions', { params: path(id), ...this.init(options) })),
    )
  }

  /** End one session of a user. For admins. */
  async revokeSession(id: string, sessionId: string, options: CallOptions = {}): Promise<void> {
    const params = { path: { id: uuid('id', id), sid: uuid('sessionId', sessionId) } }
    await this.api.DELETE('/api/v1/users/{id}/sessions/{sid}', { params, ...this.init(options, 'nothing') })
  }
}
