// A browser's cookie handling: `tough-cookie` stores them by RFC 6265bis, and a restart keeps persistent cookies only.

import { CookieJar } from 'tough-cookie'
import { type RequestOptions, request, type TestResponse } from '../support/test-client.ts'

export class Browser {
  readonly #server: string
  readonly #origin: string
  #jar = new CookieJar(undefined, { prefixSecurity: 'strict' })

  /**
   * @param server the address it connects to
   * @param origin the address in its address bar, which decides which cookies it stores and sends
   */
  constructor(server: string, origin: string) {
    this.#server = server
    this.#origin = origin
  }

  /** A request with the cookies of its address, like a navigation or a fetch. */
  async visit(method: string, path: string, options: RequestOptions = {}): Promise<TestResponse> {
    const cookie = await this.#jar.getCookieString(this.#origin + path)
    const headers = { ...(cookie === '' ? {} : { cookie }), ...options.headers }
    const reply = await request(this.#server, method, path, { ...options, headers })
    for (const set of reply.headers.getSetCookie()) await this.#jar.setCookie(set, this.#origin + path)
    return reply
  }

  /** The stored cookies, by name without prefix; persistent ones end with `, kept`. */
  async cookies(): Promise<readonly string[]> {
    const held = await this.#jar.getCookies(this.#origin)
    return held.map(({ key, maxAge, expires }) => key + (maxAge === null && expires === 'Infinity' ? '' : ', kept')).sort()
  }

  async cookie(name: string): Promise<string> {
    return (await this.#jar.getCookies(this.#origin)).find(({ key }) => key === name)?.value ?? ''
  }

  /** Closes and reopens the browser: session cookies are gone, persistent ones stay. */
  async restart(): Promise<void> {
    const kept = (await this.#jar.getCookies(this.#origin)).filter(({ maxAge, expires }) => maxAge !== null || expires !== 'Infinity')
    this.#jar = new CookieJar(undefined, { prefixSecurity: 'strict' })
    for (const cookie of kept) await this.#jar.setCookie(cookie, this.#origin)
  }
}
