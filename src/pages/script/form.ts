// A form that sends itself: it says what goes on, what went wrong, and never loses what was typed.

import { LatchkeyError } from '../../client/problem.ts'
import { element, say, sayIn, texts } from './known.ts'

/** After this many milliseconds without an answer, people are told that it is not them. */
const SLOW = 3_000

export interface Typed {
  readonly username: string
  readonly password: string
  readonly remember: boolean
}

export function prepareForm(send: (typed: Typed) => Promise<unknown>): void {
  const form = element<HTMLFormElement>('form')
  const username = element<HTMLInputElement>('username')
  const password = element<HTMLInputElement>('password')
  const remember = element<HTMLInputElement>('remember')
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]')
  if (button === null) return
  const label = button.textContent
  let sending = false

  async function submit(): Promise<void> {
    if (sending) return
    const missing = username.value.trim() === '' ? username : password.value === '' ? password : undefined
    if (missing) return refuse(say(missing === username ? 'missingUsername' : 'missingPassword'), missing)
    sending = true
    button?.setAttribute('aria-disabled', 'true')
    showProblem('')
    tellProgress(say('sending'))
    const slow = setTimeout(() => tellProgress(say('slow')), SLOW)
    try {
      await send({ username: username.value.trim(), password: password.value, remember: remember.checked })
      tellProgress('')
    } catch (error) {
      if (!(error instanceof LatchkeyError)) throw error
      refuse(explain(error), fieldOf(error, username, password))
      if (button) button.textContent = isPassing(error) ? say('tryAgain') : label
    } finally {
      clearTimeout(slow)
      sending = false
      button?.removeAttribute('aria-disabled')
    }
  }

  function refuse(text: string, field: HTMLElement | undefined): void {
    tellProgress('')
    showProblem(text)
    for (const each of [username, password]) each.toggleAttribute('aria-invalid', each === field)
    field?.focus()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
  button.disabled = false
  prepareShow(password)
}

function prepareShow(password: HTMLInputElement): void {
  const show = element<HTMLButtonElement>('show')
  show.disabled = false
  show.addEventListener('click', () => {
    const shown = password.type === 'text'
    password.type = shown ? 'password' : 'text'
    show.setAttribute('aria-pressed', String(!shown))
    const label = say(shown ? 'show' : 'hide')
    show.setAttribute('aria-label', label)
    show.title = label
    password.focus()
  })
}

export function tellProgress(text: string): void {
  element('progress').textContent = text
}

function showProblem(text: string): void {
  const problem = element('problem')
  problem.textContent = text
  problem.hidden = text === ''
}

function explain({ code, retryAfter }: LatchkeyError): string {
  const values = { when: sayIn(retryAfter ?? 60), origin: location.origin, code }
  return code in texts ? say(code as keyof typeof texts, values) : say('other', values)
}

/** What may go better the next time, with nothing changed. */
function isPassing({ code, status }: LatchkeyError): boolean {
  return status >= 500 || code.startsWith('network.') || code === 'answer.unreadable'
}

function fieldOf({ code }: LatchkeyError, username: HTMLElement, password: HTMLElement): HTMLElement | undefined {
  if (code.startsWith('username.')) return username
  return code.startsWith('password.') || code === 'credentials.invalid' ? password : undefined
}
