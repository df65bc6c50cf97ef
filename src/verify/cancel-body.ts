// Cancels an unread response body, which would otherwise keep its connection open.

export function cancelBody(body: ReadableStream | null): void {
  body?.cancel().catch(() => {})
}
