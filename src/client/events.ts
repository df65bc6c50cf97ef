// Listeners by name.

export type Listener<Detail> = (detail: Detail) => void

export function createEvents<Events>() {
  const listeners: { [Name in keyof Events]?: Set<Listener<Events[Name]>> } = {}
  return {
    /** Returns what takes the listener away again. */
    on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
      let known = listeners[name]
      if (known === undefined) {
        known = new Set()
        listeners[name] = known
      }
      known.add(listener)
      return () => void known.delete(listener)
    },
    tell<Name extends keyof Events>(name: Name, detail: Events[Name]): void {
      for (const listener of listeners[name] ?? []) listener(detail)
    },
  }
}
