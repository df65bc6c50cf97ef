// A browser's cookies for servers in the test's own process: kept and sent by RFC 6265bis (`tough-cookie`), domains and paths included.

import { CookieJar } from 'tough-cookie'
import type { CallOptions, InProcess, InProcessResponse } from './in-process.ts'

export class CookieJarClient {
  readonly #jar = new CookieJar(undefined, { prefixSecurity: 'strict', rejectPublicSuffixes: false })

  /** A request of a page of the server's own, with the cookies that its address gets. */
  async call(latchkey: InProcess, method: string, path: string, options: CallOptions = {}): Promise<InProcessResponse> {
    const url = latchkey.publicUrl + path
    const cookie = await this.#jar.getCookieString(url)
    const headers = { ...(cookie === '' ? {} : { cookie }), ...options.headers }
    const answer = await latchkey.call(method, path, { ...options, headers })
    for (const set of answer.cookies) await this.#jar.setCookie(set, url)
    return answer
  }

  /** What any server, or script, at this address could do. */
  async setCookie(cookie: string, url: string): Promise<void> {
    await this.#jar.setCookie(cookie, url)
  }

  /** The values that are sent by this name to the address. */
  async values(name: string, url: string): Promise<readonly string[]> {
    return (await this.#jar.getCookies(url)).filter(({ key }) => key === name).map(({ value }) => value)
  }

  /** The names that are sent to the address, each as often as it is there. */
  async names(url: string): Promise<readonly string[]> {
    return (await this.#jar.getCookies(url)).map(({ key }) => key).sort()
  }
}
