// Shares the token among the tabs of one origin, and lets one tab at a time renew it. Messages only: nothing is stored.

import type { Channel, Environment } from './environment.ts'

/** How long a tab that waited for the lock waits for the token of the tab that held it, in milliseconds. */
const REPLY_TIMEOUT_MS = 200

export interface TabChannel<Message> {
  broadcast(message: Message): void
  /** Runs `task` under a lock shared by all tabs; `waited` is true where another tab held it just before. */
  runExclusive<T>(task: (waited: boolean) => Promise<T>): Promise<T>
  /** Asks the other tabs, and waits until `isSatisfied` returns true, for a short time at most. */
  request(message: Message, isSatisfied: () => boolean): Promise<void>
}

/** @param onMessage called with each message from another tab */
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
  // Some browsers exclude a page with an open channel from the back-forward cache.
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
    async request(message, isSatisfied) {
      if (channel === undefined || isSatisfied()) return
      channel.postMessage(message)
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
