// A client with a cookie jar by RFC 6265bis (`tough-cookie`), with domains and paths, for in-process servers.

import { CookieJar } from 'tough-cookie'
import type { CallOptions, InProcess, InProcessResponse } from './in-process.ts'

export class CookieJarClient {
  readonly #jar = new CookieJar(undefined, { prefixSecurity: 'strict', rejectPublicSuffixes: false })

  /** Sends a request to the public URL, with its cookies. */
  async call(latchkey: InProcess, method: string, path: string, options: CallOptions = {}): Promise<InProcessResponse> {
    const url = latchkey.publicUrl + path
    const cookie = await this.#jar.getCookieString(url)
    const headers = { ...(cookie === '' ? {} : { cookie }), ...options.headers }
    const response = await latchkey.call(method, path, { ...options, headers })
    for (const set of response.cookies) await this.#jar.setCookie(set, url)
    return response
  }

  /** Sets a cookie as a server or script at this URL could. */
  async setCookie(cookie: string, url: string): Promise<void> {
    await this.#jar.setCookie(cookie, url)
  }

  /** Returns the values of the cookies with this name that are sent to the URL. */
  async values(name: string, url: string): Promise<readonly string[]> {
    return (await this.#jar.getCookies(url)).filter(({ key }) => key === name).map(({ value }) => value)
  }

  /** Returns the names of the cookies that are sent to the URL, with duplicates. */
  async names(url: string): Promise<readonly string[]> {
    return (await this.#jar.getCookies(url)).map(({ key }) => key).sort()
  }
}
