// Twelve mistakes that an author could make in this client, written before the checks were read: what the suite notices
// of them is a measure of the checks. Each is a change of compiled lines, as a mutant is.

export const BREAKAGES = [
  {
    id: 'null-left-out',
    says: 'A field that is null is left out of an update, like one that was not given.',
    file: 'casing.js',
    edits: [['inner !== undefined', 'inner != null']],
  },
  {
    id: 'unknown-status-refused',
    says: 'A status that this version does not know is an error.',
    file: 'channel.js',
    edits: [
      [
        'return camel((await call).data);',
        `const answer = camel((await call).data);
    const known = ['online', 'offline', 'pending', 'error', 'disabled', 'registered', 'new', 'acknowledged', 'resolved'];
    if ('status' in answer && !known.includes(answer.status)) throw new TypeError('unknown status ' + answer.status);
    return answer;`,
      ],
    ],
  },
  {
    id: 'offset-lost',
    says: 'A time with an offset is sent as if it were in UTC.',
    file: 'casing.js',
    edits: [['return value;\n}\nfunction field', "return typeof value === 'string' ? value.replace(/(T\\d\\d:\\d\\d.*)[+-]\\d\\d:\\d\\d$/, '$1Z') : value;\n}\nfunction field"]],
  },
  {
    id: 'repetition-without-body',
    says: 'A call is repeated without its body, which was used up by the first attempt.',
    file: 'exchange.js',
    edits: [['await attempted(request, body, options)', 'await attempted(request, attempt === 0 ? body : null, options)']],
  },
  {
    id: 'false-filter-dropped',
    says: 'A filter that is false is not sent.',
    file: 'channel.js',
    edits: [['return { query: where };', 'return { query: Object.fromEntries(Object.entries(where).filter(([, value]) => value)) };']],
  },
  {
    id: 'key-shown-by-console-log',
    says: 'A client that is printed shows its key.',
    file: 'client.js',
    edits: [['const channel = new Channel', 'this.options = options;\n        const channel = new Channel']],
  },
  {
    id: 'body-of-delete',
    says: 'Deleting a rule sends a body.',
    file: 'resources/rules.js',
    edits: [["await this.api.DELETE('/api/v1/alert-rules/{id}', { params", "await this.api.DELETE('/api/v1/alert-rules/{id}', { body: {}, params"]],
  },
  {
    id: 'key-in-error',
    says: 'The message of a failed connection has the headers of the request.',
    file: 'exchange.js',
    edits: [['could not be completed (${reason(cause)})', 'could not be completed (${reason(cause)}, ${JSON.stringify([...headers])})']],
  },
  {
    id: 'timeout-until-the-headers',
    says: 'The timeout ends when the headers have arrived, so a body that stalls is waited for without end.',
    file: 'exchange.js',
    edits: [
      [
        'options.timeout === null ? null : AbortSignal.timeout(options.timeout * 1000);',
        `options.timeout === null ? null : (controller = new AbortController()).signal;
    const timer = limit && setTimeout(() => controller.abort(), options.timeout * 1000);`,
      ],
      ['const line =', 'let controller;\n    const line ='],
      ['return { line, status', 'clearTimeout(timer);\n        return { line, status'],
    ],
  },
  {
    id: 'empty-list-left-out',
    says: 'An empty list is left out of a body.',
    file: 'casing.js',
    edits: [['inner !== undefined', 'inner !== undefined && !(Array.isArray(inner) && inner.length === 0)']],
  },
  {
    id: 'base-url-path-lost',
    says: 'The path of a base URL is lost.',
    file: 'options.js',
    edits: [["const address = url.href.replace(/\\/+$/, '');", 'const address = url.origin;']],
  },
  {
    id: 'map-keys-renamed',
    says: 'The keys inside conditionsJson are renamed like fields.',
    file: 'casing.js',
    edits: [['rename && !isMap(name)', 'rename']],
  },
]
