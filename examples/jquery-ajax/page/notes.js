// A page with jQuery. `latchkey.ajax($)` sends the token with every request, and repeats a request whose token had expired.

import { createClient } from '/access/client.js'

const latchkey = createClient()
latchkey.ajax($)

latchkey.on('signed-out', ({ reason }) => location.assign(`/sign-in?return=/&reason=${reason}`))

// As text, never as HTML: a note may hold markup.
const show = (notes) => $('#notes').html(notes.map((text) => $('<li>').text(text)))
const showStatus = (text) => $('#status').text(text)

$.getJSON('/access/session').done(({ user }) => $('#user').text(user.username))
$.getJSON('/notes').done(show)

$('#write').on('submit', (event) => {
  event.preventDefault()
  $.ajax({ url: '/notes', method: 'POST', contentType: 'application/json', data: JSON.stringify({ text: $('#text').val() }) })
    .done((notes) => {
      show(notes)
      $('#text').val('').trigger('focus')
      showStatus('Saved.')
    })
    .fail(({ responseJSON }) => showStatus(responseJSON?.title ?? 'The note was not saved. Check that the server is running.'))
})

$('#sign-out').on('click', async () => {
  await latchkey.logout()
  location.assign('/signed-out')
})
