// Signing in at a peer's own server, as a browser would.

/** The Cookie header that a browser would send from now on. @throws Error when nobody is signed in */
export async function signInCookies(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0] ?? '')
  if (response.status >= 400 || cookies.length === 0)
    throw new Error(`Signing in was answered with ${response.status}: ${await response.text()}`)
  return cookies.join('; ')
}
