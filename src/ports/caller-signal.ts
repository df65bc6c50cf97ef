// The caller's abort signal: aborted when the client has closed its connection.

/** The part of `AbortSignal` that is used here. Work that has not begun when the signal is aborted is dropped. */
export interface CallerSignal {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}
