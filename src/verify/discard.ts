// An answer that nobody reads still holds its connection; one that is let go frees it.

export function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => {})
}
