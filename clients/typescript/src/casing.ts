/** Names: camelCase for callers, snake_case on the wire, in types and in values. */

import { refused } from './errors.js'

/** Fields whose keys are data, not names: they are left as they are. `casing.test.mjs` compares them with the document. */
export const MAPS = ['conditions_json', 'camera_recording_status', 'field_errors'] as const
type Maps = (typeof MAPS)[number]

type CamelName<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelName<Tail>>}`
  : Name

/** What a call takes: the type of the document with names in camelCase. */
export type Camel<T> = T extends readonly (infer Item)[]
  ? Camel<Item>[]
  : T extends object
    ? { [Name in keyof T as CamelName<Name & string>]: Name extends Maps ? T[Name] : Camel<T[Name]> }
    : T

type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never

/** A value of an enumeration, or one that a newer server has added to it. */
type Open<T> = [NonNullable<T>] extends [string]
  ? string extends NonNullable<T>
    ? T
    : true extends IsUnion<NonNullable<T>>
      ? T | (string & {})
      : T
  : T

/** What a call returns: likewise, with enumerations that may grow. */
export type Answer<T> = T extends readonly (infer Item)[]
  ? Answer<Item>[]
  : T extends object
    ? { [Name in keyof T as CamelName<Name & string>]: Name extends Maps ? T[Name] : Open<Answer<T[Name]>> }
    : T

const camelName = (name: string): string => name.replace(/(?<=.)_([a-z])/g, (_, letter: string) => letter.toUpperCase())
const snakeName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const isMap = (name: string): boolean => (MAPS as readonly string[]).includes(name)

/** Return a JSON answer with its names in camelCase. */
export function camel<T>(answer: T): Answer<T> {
  return renamed(answer) as Answer<T>
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [camelName(name), isMap(name) ? inner : renamed(inner)]),
  )
}

/**
 * Return arguments with the names of the API. What is undefined is left out, null stays; a Date becomes text in UTC.
 * Throws ValidationError for a value that JSON cannot hold.
 */
export function snake<T>(given: unknown): T {
  return written('body', given, true) as T
}

function written(name: string, value: unknown, rename: boolean): unknown {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw refused(name, 'is an invalid Date')
    return value.toISOString()
  }
  if (Array.isArray(value)) return value.map((item) => written(name, item, rename))
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, inner]) => inner !== undefined)
    return Object.fromEntries(fields.map(([key, inner]) => field(rename ? snakeName(key) : key, inner, rename)))
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw refused(name, `cannot be ${value}`)
  if (['bigint', 'function', 'symbol'].includes(typeof value)) throw refused(name, `cannot be a ${typeof value}`)
  return value
}

function field(name: string, value: unknown, rename: boolean): [string, unknown] {
  return [name, written(name, value, rename && !isMap(name))]
}
