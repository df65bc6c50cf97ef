// Whether the caller still waits for an answer.

/**
 * As much of an AbortSignal as is needed of one: it is aborted when the client has closed its connection. Work that has not begun by
 * then is dropped.
 */
export interface CallerSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}
