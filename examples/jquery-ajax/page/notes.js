// jQuery as ever. The one line that is new makes every request of it carry the token, and repeats one whose token had expired.

import { createClient } from '/access/client.js'

const latchkey = createClient()
latchkey.ajax($)

latchkey.on('signed-out', ({ reason }) => location.assign(`/sign-in?return=/&reason=${reason}`))

// As text, never as HTML: a note may be anything.
const show = (notes) => $('#notes').html(notes.map((text) => $('<li>').text(text)))
const say = (text) => $('#said').text(text)

$.getJSON('/access/session').done(({ user }) => $('#user').text(user.username))
$.getJSON('/notes').done(show)

$('#write').on('submit', (event) => {
  event.preventDefault()
  $.ajax({ url: '/notes', method: 'POST', contentType: 'application/json', data: JSON.stringify({ text: $('#text').val() }) })
    .done((notes) => {
      show(notes)
      $('#text').val('').trigger('focus')
      say('Kept.')
    })
    .fail(({ responseJSON }) => say(responseJSON?.title ?? 'That did not work. Is the server there?'))
})

$('#leave').on('click', async () => {
  await latchkey.logout()
  location.assign('/signed-out')
})
