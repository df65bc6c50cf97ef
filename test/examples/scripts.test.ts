// The scripts for curl, urllib and requests, run as a reader runs them.

import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, test } from 'node:test'
import { pythonWith } from '../../tools/debian-packages.ts'
import { exec } from '../support/exec.ts'
import { cleanEnvironment, type RunningServer, startServer } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { ROOT } from './support.ts'

const FOLDER = `${ROOT}examples/scripts-with-curl-urllib-requests`
const python = pythonWith('requests') ?? 'python3'

let server: RunningServer
let visitor: TestClient
before(async () => {
  server = await startServer({ env: { LATCHKEY_TOKEN_LIFETIME: '1s' } })
  visitor = new TestClient(server.url)
  await visitor.register('Ada')
})
after(() => server[Symbol.asyncDispose]())

const env = (more: Readonly<Record<string, string>> = {}) =>
  cleanEnvironment({
    LATCHKEY_URL: server.publicUrl,
    LATCHKEY_USER: 'Ada',
    LATCHKEY_PASSWORD: PASSWORD,
    PYTHONDONTWRITEBYTECODE: '1',
    ...more,
  })

const SCRIPTS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  curl: ['bash', `${FOLDER}/sign_in.sh`],
  urllib: [python, `${FOLDER}/sign_in_urllib.py`],
  requests: [python, `${FOLDER}/sign_in_requests.py`],
}

for (const [name, [command, ...args]] of Object.entries(SCRIPTS)) {
  test(`${name} signs in, changes something, and signs out`, async () => {
    const left = () => readdirSync(tmpdir()).filter((file) => file.startsWith('tmp.')).length
    const before = left()
    match(await exec(command, args, { env: env() }), new RegExp(`^Signed in as Ada\\.\\n.*by ${name}.*\\nSigned out\\.\\n$`))
    equal(left(), before, 'nothing stays on the disk')
    const sessions = (await visitor.callWithCookies('GET', '/access/sessions')).json
    deepEqual(
      sessions.map(({ current }: { current: boolean }) => current),
      [true],
      'the session has ended',
    )
  })

  test(`${name} fails with a wrong password`, async () => {
    await rejects(exec(command, args, { env: env({ LATCHKEY_PASSWORD: 'wrong' }) }), /401/)
  })
}

for (const [module, program] of Object.entries({
  sign_in_urllib: `
latchkey = sign_in_urllib.Latchkey(url); user = latchkey.sign_in("Ada", password)
read = lambda: latchkey.call("GET", "/access/session")["via"]
leave = lambda: latchkey.call("POST", f"/access/logout/{user['id']}")`,
  sign_in_requests: `
import requests
latchkey = sign_in_requests.Latchkey(url, "Ada", password); user = latchkey.user
def read():
    answer = requests.get(url + "/access/session", auth=latchkey)
    answer.raise_for_status()
    return answer.json()["via"]
leave = lambda: requests.post(f"{url}/access/logout/{user['id']}", auth=latchkey).raise_for_status()`,
}))
  test(`${module} renews an expired token, and stops after the session has ended`, async () => {
    const text = `
import os, sys, time
sys.path.insert(0, ${JSON.stringify(FOLDER)})
import ${module}
url, password = os.environ["LATCHKEY_URL"], os.environ["LATCHKEY_PASSWORD"]
${program}
first = latchkey.token
time.sleep(2.2)
print(read(), latchkey.token != first)
leave()
try:
    print(read())
except Exception as error:
    print(error)
`
    const [renewed, ended] = (await exec(python, ['-'], { input: text, env: env() })).split('\n')
    equal(renewed, 'token True')
    match(ended ?? '', /401/)
  })

test('sign_in_requests sends the token to its own URL only', async () => {
  const text = `
import sys
sys.path.insert(0, ${JSON.stringify(FOLDER)})
import os, requests, sign_in_requests
latchkey = sign_in_requests.Latchkey(os.environ["LATCHKEY_URL"], "Ada", os.environ["LATCHKEY_PASSWORD"])
for url in ["http://elsewhere.example/", "http://localhost:1/", os.environ["LATCHKEY_URL"].replace("localhost", "localhost.elsewhere.example") + "/", os.environ["LATCHKEY_URL"] + "/x"]:
    print("Authorization" in requests.Request("GET", url, auth=latchkey).prepare().headers)
`
  equal(await exec(python, ['-'], { input: text, env: env() }), 'False\nFalse\nFalse\nTrue\n')
})
