// Loaded before an application of express-session: its store holds a session from before the change.

import expressSession from 'express-session'

const store = expressSession.MemoryStore.prototype
const { get } = store
let isThere = false

store.get = function (this: { sessions: Record<string, string> }, ...[sid, done]: Parameters<typeof get>) {
  if (!isThere) this.sessions.old = JSON.stringify({ cookie: { path: '/', httpOnly: true }, passport: { user: 'Ada' }, cart: 'tea' })
  isThere = true
  return get.call(this as never, sid, done)
}
