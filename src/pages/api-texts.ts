// What each path does, in Chinese; in English it says what the description of the API says. And the words around them.

import type { Language } from './language.ts'

/** By method and path, as in the description. */
export const CHINESE_SUMMARIES: Readonly<Record<string, string>> = {
  'POST /access/register': '创建用户并登录。',
  'POST /access/login': '用用户名和密码登录。此客户端先前的登录随之结束。',
  'POST /access/token': '签发令牌。若只有记住的登录，则先开始一个会话。',
  'GET /access/session': '我是谁。',
  'GET /access/session/data': '会话的数据，始终读自存储。',
  'PATCH /access/session/data': '以合并补丁修改会话的数据；带 If-Match 时仅限该版本。',
  'GET /access/client-data': '客户端自己的数据，来自其密封的 cookie。',
  'PUT /access/client-data': '把客户端自己的数据密封进 cookie。',
  'GET /access/logout/{userCode}': '结束此会话、其令牌及其记住的登录；带 `everywhere` 时结束该用户的全部。',
  'POST /access/logout/{userCode}': '结束此会话、其令牌及其记住的登录；带 `everywhere` 时结束该用户的全部。',
  'GET /access/sessions': '该用户的会话和记住的登录。',
  'DELETE /access/sessions': '结束除此会话及开启它的记住的登录之外的全部。',
  'DELETE /access/sessions/{id}': '结束一个会话，或一个记住的登录及其开启的所有会话。',
  'GET /access/operations': '该用户的操作记录，最新的在前。',
  'POST /access/operations': '记录应用自己的一次操作。',
  'POST /access/password': '修改密码，更新此会话，并结束其他所有凭证。',
  'DELETE /access/account': '删除用户及其所有内容。',
  'GET /access/verify': '供代理使用：204 并说明是谁，或拒绝。',
  'POST /access/device/register': '把这次登录绑定到浏览器所在的设备：由 Secure-Session-Registration 提出，浏览器自行应答。',
  'POST /access/device/refresh': '续期设备证明，绑定由 Sec-Secure-Session-Id 指明：先以 403 给出质询。',
  'GET /access/revocations': '随时告知所结束的：Server-Sent Events，可用 Last-Event-ID 续接。供本部署的其他服务使用。',
  'GET /.well-known/jwks.json': '公开的签名密钥（RFC 7517、RFC 8037）。',
  'GET /livez': '进程是否在运行。',
  'GET /readyz': '能否处理请求，逐项列出。',
  'GET /metrics': 'Prometheus 文本格式的指标，仅限本机。',
  'GET /openapi.json': '这份描述本身。',
}

/** By what the description says of a value. */
export const CHINESE_DESCRIPTIONS: Readonly<Record<string, string>> = {
  'whether everything of the user ends; a token that is bound to a key then needs a proof of it':
    '是否结束该用户的全部；绑定密钥的令牌此时需要该密钥的证明',
  'ISO 8601, UTC': 'ISO 8601，UTC',
  'whole seconds': '整秒数',
  'a JSON object': 'JSON 对象',
  'how the session credential is handed out': '会话凭证如何交付',
  'also begin a remembered login': '同时开始一个记住的登录',
  'a merge patch (RFC 7396): null removes a name': '合并补丁（RFC 7396）：null 删除一项',
  'like `order.placed`; our own prefixes are reserved': '形如 `order.placed`；我们自己的前缀被保留',
  '`next` of the page before': '前一页的 `next`',
  'whether a remembered login started it': '是否由记住的登录开启',
  'whether it is bound to the device, so that a copy is worth nothing elsewhere': '是否绑定到设备，绑定后副本在别处毫无用处',
  '`DPoP` where the token is bound to a key (RFC 9449)': '令牌绑定密钥时为 `DPoP`（RFC 9449）',
  'a signed JWT (RFC 9068) for the Authorization header': '签名的 JWT（RFC 9068），用于 Authorization 请求头',
  'only with delivery "header": for `Authorization: Session <value>`': '仅当 delivery 为 "header"：用于 `Authorization: Session <value>`',
}

const en = {
  title: 'The API',
  intro: 'Every path, what it takes and what it answers. The same as a document for programs:',
  credentials: 'Three credentials, one lineage',
  credentialsText:
    'A remembered login starts a session, a session mints tokens, and all of them end together. A cookie alone may read. Whatever changes something takes a credential in the Authorization header: a token, or the session itself. Where much is at stake (the password, the account, ending other sign-ins or all of them) a token that is bound to a key also needs a proof of it.',
  refusals: 'Refusals',
  refusalsText: 'A refusal is a problem document (RFC 9457) with a code. What each code means, and what to do:',
  errors: 'all codes',
  signIn: 'Signing in',
  session: 'The session',
  endings: 'Devices and endings',
  record: 'The record',
  account: 'The account',
  services: 'Proxies and other services',
  operating: 'Operating',
  contents: 'Contents',
  takes: 'Takes',
  answers: 'Answers',
  example: 'By curl',
  optional: 'optional',
  inPath: 'in the path',
  inQuery: 'in the query',
  default: 'default',
  empty: 'no body',
  body: 'the whole body',
  proofNone: 'open to everybody',
  proofAny: 'a session or a token, by cookie or header',
  proofHeader: 'a session or a token, in the header',
  proofRenewable: 'a session, or a remembered login',
  proofService: 'the key of a service',
} as const

type Words = Readonly<Record<keyof typeof en, string>>

export type ApiTexts = Words & { readonly describe: (description: string) => string }

const zh: Words = {
  title: '接口',
  intro: '每个路径、它接受什么、如何回答。供程序使用的同一文档：',
  credentials: '三种凭证，一条谱系',
  credentialsText:
    '记住的登录开启会话，会话签发令牌，三者一同结束。仅凭 cookie 只能读取。凡要更改，都需要 Authorization 请求头中的凭证：令牌，或会话本身。在要紧之处（密码、账号、结束其他登录或全部登录），绑定密钥的令牌还需要该密钥的证明。',
  refusals: '拒绝',
  refusalsText: '拒绝是带有代码的问题文档（RFC 9457）。每个代码的含义和应对：',
  errors: '全部代码',
  signIn: '登录',
  session: '会话',
  endings: '设备与结束',
  record: '记录',
  account: '账号',
  services: '代理与其他服务',
  operating: '运维',
  contents: '目录',
  takes: '接受',
  answers: '回答',
  example: '用 curl',
  optional: '可选',
  inPath: '在路径中',
  inQuery: '在查询中',
  default: '默认',
  empty: '无正文',
  body: '整个正文',
  proofNone: '对所有人开放',
  proofAny: '会话或令牌，在 cookie 或请求头中',
  proofHeader: '会话或令牌，在请求头中',
  proofRenewable: '会话，或记住的登录',
  proofService: '服务的密钥',
}

export const API_TEXTS: Readonly<Record<Language, ApiTexts>> = {
  en: { ...en, describe: (description) => description },
  'zh-CN': { ...zh, describe: (description) => CHINESE_DESCRIPTIONS[description] ?? description },
}
