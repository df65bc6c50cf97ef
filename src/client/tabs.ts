// The tabs of one browser: what one learns the others hear, and only one of them renews at a time. It goes from memory to
// memory, among pages of one origin; nothing is stored.

import type { Channel, Environment } from './environment.ts'

/** How long a tab that had to wait its turn listens for what the tab before it has learnt, in milliseconds. */
const REPLY_TIMEOUT_MS = 200

export interface TabChannel<Message> {
  broadcast(message: Message): void
  /** Runs `task` while no other tab runs one; `waited` is true where another one did just before. */
  runExclusive<T>(task: (waited: boolean) => Promise<T>): Promise<T>
  /** Asks the other tabs, and waits until `known` holds, or not for long. */
  request(question: Message, isSatisfied: () => boolean): Promise<void>
}

/** @param onMessage told of every message from another tab */
export function joinTabChannel<Message>(name: string, env: Environment, onMessage: (message: Message) => void): TabChannel<Message> {
  let channel: Channel | undefined
  let notifyWaiter = () => {}
  const open = () => {
    if (channel !== undefined || env.openChannel === undefined) return
    channel = env.openChannel(name)
    channel.onmessage = ({ data }) => {
      onMessage(data as Message)
      notifyWaiter()
    }
  }
  open()
  // A page with an open channel is kept out of the back-forward cache by some browsers.
  env.page?.addEventListener('pagehide', () => {
    channel?.close()
    channel = undefined
  })
  env.page?.addEventListener('pageshow', open)

  return {
    broadcast: (message) => channel?.postMessage(message),
    runExclusive(task) {
      const { locks } = env
      if (locks === undefined) return task(false)
      return locks.request(name, { ifAvailable: true }, (lock) => (lock === null ? locks.request(name, {}, () => task(true)) : task(false)))
    },
    async request(question, isSatisfied) {
      if (channel === undefined || isSatisfied()) return
      channel.postMessage(question)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, REPLY_TIMEOUT_MS)
        notifyWaiter = () => {
          if (!isSatisfied()) return
          clearTimeout(timer)
          resolve()
        }
      })
    },
  }
}
