// Translates values between the names of the API and those of the client.

/** Fields whose keys are data, not names. */
const MAPS = ['conditions_json', 'camera_recording_status', 'field_errors']

export const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase())
export const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Return arguments with the names of the client; a date-time becomes a Date. */
export function fromApi(value, isMap = false) {
  if (Array.isArray(value)) return value.map((item) => fromApi(item))
  if (typeof value !== 'object' || value === null || isMap) return value
  if ('$datetime' in value) return new Date(value.$datetime)
  const entries = Object.entries(value)
  return Object.fromEntries(entries.map(([name, inner]) => [camel(name), fromApi(inner, MAPS.includes(name))]))
}

/** Return an answer with the names of the API. A field with another name than in camelCase is none of the client's. */
export function toApi(value, isMap = false) {
  if (Array.isArray(value)) return value.map((item) => toApi(item))
  if (typeof value !== 'object' || value === null || isMap) return value
  const entries = Object.entries(value).filter(([name]) => !/._[a-z]/.test(name))
  return Object.fromEntries(entries.map(([name, inner]) => [snake(name), toApi(inner, MAPS.includes(snake(name)))]))
}
