// What there is around the client: a page with tabs beside it, or a script. Looked up when a client is made and never at import.

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
  /** The address of the page; undefined in a script. */
  readonly pageUrl: string | undefined
  /** Tells of a page that is hidden, shown and brought back; undefined in a script. */
  readonly page: PageEvents | undefined
  readonly isVisible: () => boolean
  /** Undefined where there are no tabs, or none that can be spoken to. */
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
