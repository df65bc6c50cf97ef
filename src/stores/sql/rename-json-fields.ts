// Renames fields in stored JSON texts, for a migration: SQL expressions that replace substrings and parse no JSON. A substring such as
// `"device":` is always a field name, because a quote inside a JSON string is escaped.

/** The fields before `detail` are Latchkey's; `detail` comes last, and an application may have written it. */
const DETAIL = '"detail":'

const CREDENTIAL_FIELDS: readonly Replacement[] = [
  field('device', 'userAgent'),
  field('bornSession', 'rotatedSessionId'),
  field('bornSessionUsed', 'rotatedSessionUsed'),
  field('awaitingFirstUseFor', 'confirmsRotationOf'),
]

const ACTIONS: readonly Replacement[] = [
  ['"action":"login.remembered"', '"action":"login.remember_me"'],
  ['"action":"login.vouched"', '"action":"login.external"'],
  ['"action":"session.end"', '"action":"session.revoke"'],
  ['"action":"admin.session.end"', '"action":"admin.session.revoke"'],
  ['"action":"key.add"', '"action":"key.create"'],
  ['"action":"admin.key.add"', '"action":"admin.key.create"'],
]

const OUTCOMES: readonly Replacement[] = [
  ['"outcome":"ok"', '"outcome":"success","severity":"info"'],
  ['"outcome":"refused"', '"outcome":"failure","severity":"info"'],
  ['"outcome":"limited"', '"outcome":"rate_limited","severity":"info"'],
]

/** `outcome` is split into outcome and severity: these outcomes were severities, of requests that succeeded or were refused. */
const SEVERITIES = ['notice', 'warning', 'alarm']
const REFUSED_ACTIONS = ['"action":"device.mismatch"', '"action":"login.remembered"']

const DETAIL_FIELDS: readonly Replacement[] = [
  field('device', 'userAgent'),
  ['"credential":"remembered"', '"credential":"remember_me"'],
  ['"kind":"remembered"', '"kind":"remember_me"'],
  field('remembered', 'rememberMe'),
]

/** The prefixes of actions that only Latchkey records. */
const OWN = ['account', 'admin', 'device', 'key', 'login', 'password', 'session', 'token']

type Replacement = readonly [from: string, to: string]

/** An SQL expression for the JSON text of a credential with renamed fields. */
export function renameCredentialFields(text: string): string {
  return replaceAll(text, CREDENTIAL_FIELDS)
}

/** An SQL expression for the JSON text of an audit event with renamed fields, actions, outcomes and severities. */
export function renameEventFields(text: string, indexOf: 'instr' | 'strpos'): string {
  const detailAt = `${indexOf}(${text}, '${DETAIL}')`
  const head = `substr(${text}, 1, ${detailAt} - 1)`
  const detail = `substr(${text}, ${detailAt})`
  const isRefused = REFUSED_ACTIONS.map((action) => `${indexOf}(${head}, '${action}') > 0`).join(' OR ')
  const isOurs = OWN.map((prefix) => `${indexOf}(${head}, '"action":"${prefix}.') > 0`).join(' OR ')
  const withSeverity = (outcome: string) =>
    SEVERITIES.map((severity): Replacement => [`"outcome":"${severity}"`, `"outcome":"${outcome}","severity":"${severity}"`])
  const common = [...OUTCOMES, ...ACTIONS, field('device', 'userAgent')]
  return `CASE WHEN ${isRefused} THEN ${replaceAll(head, [...withSeverity('failure'), ...common])}
      ELSE ${replaceAll(head, [...withSeverity('success'), ...common])} END
    || CASE WHEN ${isOurs} THEN ${replaceAll(detail, DETAIL_FIELDS)} ELSE ${detail} END`
}

function field(from: string, to: string): Replacement {
  return [`"${from}":`, `"${to}":`]
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  return replacements.reduce((sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`, text)
}
