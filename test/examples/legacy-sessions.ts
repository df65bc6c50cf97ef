// Preloaded into an express-session application: its store holds an old session.

import expressSession from 'express-session'

const store = expressSession.MemoryStore.prototype
const { get } = store
let isAdded = false

store.get = function (this: { sessions: Record<string, string> }, ...[sid, done]: Parameters<typeof get>) {
  if (!isAdded) this.sessions.old = JSON.stringify({ cookie: { path: '/', httpOnly: true }, passport: { user: 'Ada' }, cart: 'tea' })
  isAdded = true
  return get.call(this as never, sid, done)
}
