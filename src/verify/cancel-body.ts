// An answer that nobody reads still holds its connection; one that is let go frees it.

export function cancelBody(body: ReadableStream | null): void {
  body?.cancel().catch(() => {})
}
