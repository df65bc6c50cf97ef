// The examples with a server of their own do what they say, started as their readers start them.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { request, Visitor } from '../support/visitor.ts'
import { ROOT, startExample } from './support.ts'

const MAX_LINES = 60
const HTML = { accept: 'text/html' }

for (const name of ['express', 'fastify', 'hono', 'node-http'])
  test(`examples/${name}`, async () => {
    ok(readFileSync(`${ROOT}examples/${name}/server.ts`, 'utf8').split('\n').length <= MAX_LINES)
    await using example = await startExample(name)
    const { url } = example
    const signedOut = await request(url, 'GET', '/', { headers: HTML })
    deepEqual([signedOut.status, signedOut.headers.get('location')], [303, '/sign-in?return=%2F'])
    equal((await request(url, 'GET', '/sign-in', { headers: HTML })).status, 200)
    for (const path of ['/me', '/reports']) equal((await request(url, 'GET', path)).status, 401, path)
    equal((await request(url, 'POST', '/orders')).status, 401)

    const visitor = new Visitor(url)
    await visitor.register('Ada')
    match((await visitor.plainly('GET', '/', { headers: HTML })).text, /<h1>Orders<\/h1>/)
    for (const path of ['/orders.js', '/orders.css', '/access/client.js']) equal((await request(url, 'GET', path)).status, 200, path)
    deepEqual((await visitor.plainly('GET', '/me')).json, { username: 'Ada', orders: 0 })
    deepEqual((await visitor.plainly('POST', '/orders')).json.code, 'header.required')
    equal((await visitor.plainly('GET', '/reports')).json.code, 'role.required')

    const first = await visitor.byToken('POST', '/orders')
    deepEqual([first.status, first.json], [201, { number: 1 }])
    const together = await Promise.all(Array.from({ length: 6 }, () => visitor.byToken('POST', '/orders')))
    const landed = together.filter(({ status }) => status === 201).length
    ok(together.every(({ status }) => status === 201 || status === 412))
    deepEqual((await visitor.plainly('GET', '/me')).json, { username: 'Ada', orders: 1 + landed })
    const { operations } = (await visitor.plainly('GET', '/access/operations')).json
    equal(operations.filter(({ action }: { action: string }) => action === 'order.placed').length, 1 + landed)

    await visitor.byToken('POST', `/access/logout/${visitor.code}`)
    for (const headers of [{ authorization: visitor.token }, { cookie: visitor.cookieHeader }])
      equal((await request(url, 'GET', '/me', { headers })).status, 401)
    equal((await visitor.byToken('POST', '/orders')).status, 401)
  })
