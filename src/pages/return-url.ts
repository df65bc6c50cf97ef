// The URL to return to after the sign-in. It comes from the request, so it is untrusted.

/**
 * The return URL, rebuilt from its parsed parts. Accepts our own origin and allowed origins, compared exactly after parsing (WHATWG URL).
 * Anything else, and any URL with a username or password, becomes the fallback.
 */
export function resolveReturnUrl(requested: string | null, publicUrl: string, allowed: ReadonlySet<string>, fallback: string): string {
  const parsed = requested === null ? null : URL.parse(requested, publicUrl)
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') return fallback
  if (parsed.origin === new URL(publicUrl).origin) {
    const path = parsed.pathname + parsed.search + parsed.hash
    // A path that begins with two slashes would be read as another host.
    return path.startsWith('//') ? parsed.href : path
  }
  return allowed.has(parsed.origin) ? parsed.href : fallback
}
