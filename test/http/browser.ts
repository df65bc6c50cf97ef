// A browser as far as cookies go: `tough-cookie` keeps them by RFC 6265bis, and a restart keeps what is on disk.

import { CookieJar } from 'tough-cookie'
import { type RequestOptions, request, type TestResponse } from '../support/test-client.ts'

export class Browser {
  readonly #server: string
  readonly #origin: string
  #jar = new CookieJar(undefined, { prefixSecurity: 'strict' })

  /**
   * @param server the address it connects to
   * @param origin the address it believes to be at, which decides what cookies it keeps and sends
   */
  constructor(server: string, origin: string) {
    this.#server = server
    this.#origin = origin
  }

  /** A request that carries the cookies of its address, as any navigation and any fetch does. */
  async visit(method: string, path: string, options: RequestOptions = {}): Promise<TestResponse> {
    const cookie = await this.#jar.getCookieString(this.#origin + path)
    const headers = { ...(cookie === '' ? {} : { cookie }), ...options.headers }
    const reply = await request(this.#server, method, path, { ...options, headers })
    for (const set of reply.headers.getSetCookie()) await this.#jar.setCookie(set, this.#origin + path)
    return reply
  }

  /** The cookies it holds, by name without prefix; those that outlive the browser end with `, kept`. */
  async cookies(): Promise<readonly string[]> {
    const held = await this.#jar.getCookies(this.#origin)
    return held.map(({ key, maxAge, expires }) => key + (maxAge === null && expires === 'Infinity' ? '' : ', kept')).sort()
  }

  async cookie(name: string): Promise<string> {
    return (await this.#jar.getCookies(this.#origin)).find(({ key }) => key === name)?.value ?? ''
  }

  /** Closed and opened again: session cookies are gone, what has a date is not. */
  async restart(): Promise<void> {
    const kept = (await this.#jar.getCookies(this.#origin)).filter(({ maxAge, expires }) => maxAge !== null || expires !== 'Infinity')
    this.#jar = new CookieJar(undefined, { prefixSecurity: 'strict' })
    for (const cookie of kept) await this.#jar.setCookie(cookie, this.#origin)
  }
}
