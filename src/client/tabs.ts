// The tabs of one browser: what one learns the others hear, and only one of them renews at a time. It goes from memory to
// memory, among pages of one origin; nothing is stored.

import type { Channel, Surroundings } from './surroundings.ts'

/** How long a tab that had to wait its turn listens for what the tab before it has learnt, in milliseconds. */
const LISTEN_TIME = 200

export interface Tabs<Message> {
  tell(message: Message): void
  /** Runs `task` while no other tab runs one; `waited` is true where another one did just before. */
  alone<T>(task: (waited: boolean) => Promise<T>): Promise<T>
  /** Asks the other tabs, and waits until `known` holds, or not for long. */
  ask(question: Message, known: () => boolean): Promise<void>
}

/** @param hear told of every message from another tab */
export function joinTabs<Message>(name: string, around: Surroundings, hear: (message: Message) => void): Tabs<Message> {
  let channel: Channel | undefined
  let onHeard = () => {}
  const open = () => {
    if (channel !== undefined || around.openChannel === undefined) return
    channel = around.openChannel(name)
    channel.onmessage = ({ data }) => {
      hear(data as Message)
      onHeard()
    }
  }
  open()
  // A page with an open channel is kept out of the back-forward cache by some browsers.
  around.page?.addEventListener('pagehide', () => {
    channel?.close()
    channel = undefined
  })
  around.page?.addEventListener('pageshow', open)

  return {
    tell: (message) => channel?.postMessage(message),
    alone(task) {
      const { locks } = around
      if (locks === undefined) return task(false)
      return locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? locks.request(name, {}, () => task(true)) : task(false)))
    },
    async ask(question, known) {
      if (channel === undefined || known()) return
      channel.postMessage(question)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LISTEN_TIME)
        onHeard = () => {
          if (!known()) return
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}
