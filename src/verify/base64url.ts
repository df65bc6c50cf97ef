// Base64url without padding (RFC 4648, section 5). Decoding is strict: only the canonical encoding is accepted.

/** Undefined when the text is not the canonical encoding of its bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
    return textOf(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

export function textOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
