// The client's environment: a page with other tabs, or a script. Detected when a client is created, never at import.

export interface PageEvents {
  addEventListener(name: string, listener: (event: { readonly persisted?: boolean }) => void): void
}

export interface Channel {
  postMessage(message: unknown): void
  close(): void
  onmessage: ((event: { readonly data: unknown }) => void) | null
}

export interface Locks {
  request<T>(name: string, options: { readonly ifAvailable?: boolean }, run: (lock: unknown) => Promise<T>): Promise<T>
}

export interface Environment {
  /** The URL of the page; undefined in a script. */
  readonly pageUrl: string | undefined
  /** Events of a page that is hidden, shown or restored; undefined in a script. */
  readonly page: PageEvents | undefined
  readonly isVisible: () => boolean
  /** Undefined in a script, and in browsers without BroadcastChannel. */
  readonly openChannel: ((name: string) => Channel) | undefined
  readonly locks: Locks | undefined
}

interface Globals {
  readonly document?: PageEvents & { readonly visibilityState: string }
  readonly location?: { readonly href: string }
  readonly navigator?: { readonly locks?: Locks }
  readonly BroadcastChannel?: new (name: string) => Channel
}

export function detectEnvironment(): Environment {
  const { document, location, navigator, BroadcastChannel } = globalThis as unknown as Globals
  if (document === undefined) {
    return { pageUrl: undefined, page: undefined, isVisible: () => true, openChannel: undefined, locks: undefined }
  }
  const window = globalThis as unknown as PageEvents
  return {
    pageUrl: location?.href,
    page: {
      addEventListener: (name, listener) => (name === 'visibilitychange' ? document : window).addEventListener(name, listener),
    },
    isVisible: () => document.visibilityState === 'visible',
    openChannel: BroadcastChannel && ((name) => new BroadcastChannel(name)),
    locks: navigator?.locks,
  }
}
