// Submits a form by script: shows progress and errors, and keeps the input.

import { LatchkeyError } from '../../client/problem.ts'
import { element, formatRelativeTime, t, texts } from './page-data.ts'

/** After this many milliseconds without a response, the form says that the server is slow. */
const SLOW_AFTER_MS = 3_000

export interface FormValues {
  readonly username: string
  readonly password: string
  readonly remember: boolean
}

export function initForm(send: (values: FormValues) => Promise<unknown>): void {
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
    if (missing) return showFieldError(t(missing === username ? 'missingUsername' : 'missingPassword'), missing)
    sending = true
    button?.setAttribute('aria-disabled', 'true')
    showProblem('')
    showProgress(t('sending'))
    const slow = setTimeout(() => showProgress(t('slow')), SLOW_AFTER_MS)
    try {
      await send({ username: username.value.trim(), password: password.value, remember: remember.checked })
      showProgress('')
    } catch (error) {
      if (!(error instanceof LatchkeyError)) throw error
      showFieldError(errorText(error), fieldOf(error, username, password))
      if (button) button.textContent = isTransient(error) ? t('tryAgain') : label
    } finally {
      clearTimeout(slow)
      sending = false
      button?.removeAttribute('aria-disabled')
    }
  }

  function showFieldError(text: string, field: HTMLElement | undefined): void {
    showProgress('')
    showProblem(text)
    for (const each of [username, password]) each.toggleAttribute('aria-invalid', each === field)
    field?.focus()
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
  button.disabled = false
  initPasswordToggle(password)
}

function initPasswordToggle(password: HTMLInputElement): void {
  const show = element<HTMLButtonElement>('show')
  show.disabled = false
  show.addEventListener('click', () => {
    const shown = password.type === 'text'
    password.type = shown ? 'password' : 'text'
    show.setAttribute('aria-pressed', String(!shown))
    const label = t(shown ? 'show' : 'hide')
    show.setAttribute('aria-label', label)
    show.title = label
    password.focus()
  })
}

export function showProgress(text: string): void {
  element('progress').textContent = text
}

function showProblem(text: string): void {
  const problem = element('problem')
  problem.textContent = text
  problem.hidden = text === ''
}

function errorText({ code, retryAfter }: LatchkeyError): string {
  const values = { when: formatRelativeTime(retryAfter ?? 60), origin: location.origin, code }
  return code in texts ? t(code as keyof typeof texts, values) : t('other', values)
}

/** Errors that a retry may resolve. */
function isTransient({ code, status }: LatchkeyError): boolean {
  return status >= 500 || code.startsWith('network.') || code === 'response.invalid'
}

function fieldOf({ code }: LatchkeyError, username: HTMLElement, password: HTMLElement): HTMLElement | undefined {
  if (code.startsWith('username.')) return username
  return code.startsWith('password.') || code === 'credentials.invalid' ? password : undefined
}
