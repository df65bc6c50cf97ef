// Base64url without padding (RFC 4648, 5), read strictly: one text for each sequence of bytes.

/** Undefined when the text is not what these bytes would be written as. */
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
