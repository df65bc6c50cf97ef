// The actions that applications may record in the audit log.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BuiltInAction, isApplicationAction, MAX_DETAIL } from '../../src/domain/audit-event.ts'

const ALLOWED = ['order.place', 'order.line_item.remove', 'a.b', 'loginpage.view', 'accounts.merge', `a.${'b'.repeat(126)}`]

for (const action of ALLOWED) {
  test(`${action.slice(0, 30)} may be recorded`, () => assert.ok(isApplicationAction(action)))
}

const REFUSED = [
  '',
  'order',
  '.',
  'order.',
  '.place',
  'order..place',
  'Order.place',
  'order.Place',
  'order place',
  'order.place ',
  'order.place\n',
  'order.place2',
  'order-line.place',
  'order_line.place',
  'órder.place',
  'order.plаce',
  `a.${'b'.repeat(127)}`,
]

for (const action of REFUSED) {
  test(`${JSON.stringify(action.slice(0, 30))} is not an action`, () => assert.ok(!isApplicationAction(action)))
}

const BUILT_IN: Readonly<Record<BuiltInAction, true>> = {
  'account.register': true,
  'account.import': true,
  'admin.account.delete': true,
  'admin.account.disable': true,
  'admin.account.enable': true,
  'admin.account.register': true,
  'admin.account.roles': true,
  'admin.key.create': true,
  'admin.key.remove': true,
  'admin.key.rotate': true,
  'admin.password.change': true,
  'admin.session.revoke': true,
  'key.create': true,
  'key.remove': true,
  'key.rotate': true,
  'account.delete': true,
  'account.disable': true,
  'account.enable': true,
  'account.roles': true,
  'device.bind': true,
  'device.changed': true,
  'device.mismatch': true,
  'login.country': true,
  'login.password': true,
  'login.remember_me': true,
  'login.external': true,
  'session.revoke': true,
  'password.change': true,
  'token.networks': true,
}

const RESERVED = [
  ...Object.keys(BUILT_IN),
  'access.a',
  'admin.a',
  'device.a',
  'key.a',
  'latchkey.a',
  'logout.a',
  'remembered.a',
  'service.a',
  'token.a',
]

for (const action of RESERVED) {
  test(`${action} is reserved for Latchkey`, () => {
    assert.ok(!isApplicationAction(action))
    assert.ok(!isApplicationAction(`${action.slice(0, action.indexOf('.'))}.of.an_application`))
  })
}

test('the size limit of a detail', () => {
  assert.equal(MAX_DETAIL, 4096)
})
