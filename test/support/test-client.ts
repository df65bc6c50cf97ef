// A test client: an HTTP client with cookies, a token, and the URL of a server.

import { strictEqual } from 'node:assert/strict'

export interface TestResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests know the shape of the response
  readonly json: any
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export const PASSWORD = 'blue-tulip-under-7-moons'

export async function request(base: string, method: string, path: string, options: RequestOptions = {}): Promise<TestResponse> {
  const { headers = {}, body, signal } = options
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const response = await fetch(base + path, {
    method,
    redirect: 'manual',
    headers: body === undefined ? headers : { 'content-type': type, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const text = await response.text()
  const isJson = text !== '' && /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined }
}

export class TestClient {
  readonly #cookies = new Map<string, string>()
  #base: string
  token = ''
  userId = ''
  sid = ''
  username = ''

  constructor(base: string) {
    this.#base = base
  }

  /** Returns a copy of this client for another server with the same users. */
  forServer(base: string): TestClient {
    const other = new TestClient(base)
    for (const [name, value] of this.#cookies) other.#cookies.set(name, value)
    return Object.assign(other, { token: this.token, userId: this.userId, sid: this.sid, username: this.username })
  }

  /** Returns the value of the cookie with this suffix; empty when there is none. */
  cookie(suffix: 'session' | 'remember' | 'data' | 'known'): string {
    return [...this.#cookies].find(([name]) => name.endsWith(`latchkey_${suffix}`))?.[1] ?? ''
  }

  get cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** Deletes what a closed browser loses: session cookies, and the token in memory. */
  restartBrowser(): void {
    for (const name of this.#cookies.keys()) if (/_(session|data)$/.test(name)) this.#cookies.delete(name)
    this.token = ''
  }

  clearCookies(): void {
    this.#cookies.clear()
  }

  /** Sends cookies without the token. */
  async callWithCookies(method: string, path: string, options: RequestOptions = {}): Promise<TestResponse> {
    const cookies = this.cookieHeader
    const reply = await request(this.#base, method, path, {
      ...options,
      headers: { ...(cookies === '' ? {} : { cookie: cookies }), ...options.headers },
    })
    this.#storeCookies(reply)
    return reply
  }

  /** Sends cookies and the token. */
  call(method: string, path: string, options: RequestOptions = {}): Promise<TestResponse> {
    return this.callWithCookies(method, path, { ...options, headers: { authorization: `Bearer ${this.token}`, ...options.headers } })
  }

  /** Sends the token without cookies. */
  callWithToken(method: string, path: string, options: RequestOptions = {}): Promise<TestResponse> {
    return request(this.#base, method, path, { ...options, headers: { authorization: this.token, ...options.headers } })
  }

  async register(username: string, fields: Readonly<Record<string, unknown>> = {}): Promise<TestResponse> {
    return this.signedIn(await this.callWithCookies('POST', '/access/register', { body: { username, password: PASSWORD, ...fields } }), 201)
  }

  async login(username: string, fields: Readonly<Record<string, unknown>> = {}): Promise<TestResponse> {
    return this.signedIn(await this.callWithCookies('POST', '/access/login', { body: { username, password: PASSWORD, ...fields } }), 200)
  }

  async refreshToken(): Promise<TestResponse> {
    return this.signedIn(await this.callWithCookies('POST', '/access/token'), 200)
  }

  signedIn(reply: TestResponse, status: number): TestResponse {
    strictEqual(reply.status, status, reply.text)
    this.token = reply.json.token
    this.userId = reply.json.user.id
    this.sid = reply.json.session.id
    this.username = reply.json.user.username
    return reply
  }

  #storeCookies({ headers }: TestResponse): void {
    for (const cookie of headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      const expired = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0')
      if (expired) this.#cookies.delete(name)
      else this.#cookies.set(name, pair.slice(name.length + 1))
    }
  }
}
