// Signs in at the server of a peer, as a browser would.

/** Returns the Cookie header of further requests. @throws Error if the sign-in fails */
export async function signInCookies(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '')
  if (response.status >= 400 || cookies.length === 0)
    throw new Error(`Signing in was answered with ${response.status}: ${await response.text()}`)
  return cookies.join('; ')
}
