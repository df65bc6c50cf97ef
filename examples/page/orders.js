// The script of the page: it reads with the cookie, and changes with a token that it keeps in memory.

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
  const response = await latchkey.fetch('/orders', { method: 'POST' })
  show('status', response.ok ? 'Ordered.' : (await response.json()).title)
  await refresh()
})

document.getElementById('sign-out').addEventListener('click', async () => {
  await latchkey.logout()
  location.assign('/signed-out')
})

await refresh()
