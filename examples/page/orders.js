// The script of the page: it reads with the cookie, and changes with a token that is in memory alone.

import { createClient } from '/access/client.js'

const latchkey = createClient()
const show = (id, text) => {
  document.getElementById(id).textContent = text
}

latchkey.on('signed-out', () => location.assign('/sign-in?return=/'))

async function refresh() {
  const { username, orders } = await (await fetch('/me')).json()
  show('user', username)
  show('count', orders === 1 ? 'One order.' : `${orders} orders.`)
}

document.getElementById('order').addEventListener('click', async () => {
  const answer = await latchkey.fetch('/orders', { method: 'POST' })
  show('said', answer.ok ? 'Ordered.' : (await answer.json()).title)
  await refresh()
})

document.getElementById('leave').addEventListener('click', async () => {
  await latchkey.logout()
  location.assign('/signed-out')
})

await refresh()
