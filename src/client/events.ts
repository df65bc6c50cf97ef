// A minimal typed event emitter.

export type Listener<Detail> = (detail: Detail) => void

export function createEvents<Events>() {
  const listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {}
  return {
    /** Returns a function that removes the listener. */
    on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
      let registered = listeners[name]
      if (registered === undefined) {
        registered = new Set()
        listeners[name] = registered
      }
      registered.add(listener)
      return () => void registered.delete(listener)
    },
    emit<Name extends keyof Events>(name: Name, detail: Events[Name]): void {
      for (const listener of listeners[name] ?? []) listener(detail)
    },
  }
}
