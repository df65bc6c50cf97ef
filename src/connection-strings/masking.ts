// Masks connection strings for messages: shows the scheme, and after the last `@` what is certainly a host and
// a database name. Everything else can be part of a password, and is left out.

/** Longer ones first: `redis+cluster:` begins like `redis:`. */
const SCHEMES = [
  ...['postgresql', 'postgres', 'rediss+cluster', 'redis+cluster', 'redis+unix', 'rediss', 'redis', 'unix', 'sqlite3', 'sqlite', 'file'],
  ...['mysql', 'mariadb', 'mongodb+srv', 'mongodb', 'sqlserver', 'mssql', 'oracle', 'jdbc:postgresql', 'jdbc:mysql', 'jdbc:sqlite'],
  ...['valkeys', 'valkey', 'keydb', 'https', 'http', 'smtps', 'smtp', 'ldaps', 'ldap', 'amqps', 'amqp', 'tcp', 'tls', 'socket', 'memory'],
]
const SCHEME = new RegExp(`^\\s*(${SCHEMES.map((scheme) => scheme.replaceAll('+', '\\+')).join('|')}):(//)?`, 'i')
const FILE_SCHEMES = /^(sqlite3?|file|jdbc:sqlite)$/i

const HIDDEN = '…'
const LOCAL_HOST = /^(localhost|\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])(:\d{1,5})?$/i
const HOST = String.raw`(?:[\p{L}\p{N}._*-]*|\[[0-9a-fA-F:.]*\])(?::\d{1,5})?`
const HOSTS = new RegExp(`^${HOST}(?:,${HOST})*$`, 'u')
const PLAIN_PATH = /^(\/[\p{L}\p{N}._-]*)*$/u
const PLAIN_FILE = /^[\p{L}\p{N} ._/\\:~-]*$/u
/** Before the last `@` this makes it unclear where the password ends. */
const PARAMETER = /[?&][^?&@]*=/

/** A connection string without a user name, a password, or anything that may be one. */
export function maskedUrl(text: string): string {
  const [prefix, scheme = ''] = SCHEME.exec(text) ?? []
  if (prefix === undefined) return LOCAL_HOST.test(text) ? text : HIDDEN
  const rest = text.slice(prefix.length)
  const at = rest.lastIndexOf('@')
  const start = prefix.trimStart()
  if (at === -1) return start + (FILE_SCHEMES.test(scheme) ? maskedFile(rest) : maskedLocation(rest))
  return PARAMETER.test(rest.slice(0, at)) ? start + HIDDEN : `${start}${HIDDEN}@${maskedLocation(rest.slice(at + 1))}`
}

/** Hosts and a path. */
function maskedLocation(text: string): string {
  const [, hosts = '', path = '', parameters] = /^([^/?#]*)([^?#]*)([?#].*)?$/s.exec(text) ?? []
  if (!HOSTS.test(hosts)) return HIDDEN
  return hosts + (PLAIN_PATH.test(path) ? path : `/${HIDDEN}`) + (parameters === undefined ? '' : `?${HIDDEN}`)
}

/** Values of parameters are left out: some SQLite builds accept a key there. */
function maskedFile(text: string): string {
  const [, path = '', parameters] = /^([^?]*)(\?.*)?$/s.exec(text) ?? []
  if (!PLAIN_FILE.test(path)) return HIDDEN
  const names = parameters?.slice(1).match(/^(mode|cache|immutable|vfs|nolock|timeout)=\w*$/) ? parameters : `?${HIDDEN}`
  return path + (parameters === undefined ? '' : names)
}

/** Any text that may contain a connection string. */
export function maskedText(text: string): string {
  return /@|\/\/|\w\s*=/.test(text) ? maskedUrl(text) : text
}

/** Text from other software, such as a driver's message, which may contain an address with a password. */
export function withoutPasswords(text: string): string {
  return text
    .replace(/(?<!\bfile):\/\/\S*@/g, `://${HIDDEN}@`)
    .replace(/\b((?:ssl)?pass(?:word|wd)?|pwd)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi, `$1$2${HIDDEN}`)
}
