/** The version of this client, which is that of the API. */
export const VERSION = '1.1.0'
