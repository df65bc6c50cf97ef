// Where people go after they signed in: an address that came with the request, so it may be anybody's wish.

/**
 * The address to return to, rebuilt from its parts. Only own and allowed origins, compared exactly after parsing (WHATWG URL);
 * anything else, and anything with a name or a password in it, goes to the fallback.
 */
export function resolveReturnUrl(requested: string | null, publicUrl: string, allowed: ReadonlySet<string>, fallback: string): string {
  const parsed = requested === null ? null : URL.parse(requested, publicUrl)
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') return fallback
  if (parsed.origin === new URL(publicUrl).origin) {
    const path = parsed.pathname + parsed.search + parsed.hash
    // By itself, a path that begins with two slashes would be read as the name of another host.
    return path.startsWith('//') ? parsed.href : path
  }
  return allowed.has(parsed.origin) ? parsed.href : fallback
}
