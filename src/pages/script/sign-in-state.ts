// Watches the sign-in state: checks it again when the page is shown again, and reloads a page that is out of date.

const { state: stateAtLoad } = document.body.dataset

export interface SignInStateWatcher {
  refresh(): Promise<void>
}

/**
 * @param mayReload false while there is input that a reload would discard
 * @param onStale called instead of a reload: hides what no longer applies
 */
export function watchSignInState(mayReload: () => boolean, onStale: () => void = () => {}): SignInStateWatcher {
  async function refresh(): Promise<void> {
    const now = await fetchState()
    if (now === undefined || now === stateAtLoad) return
    if (mayReload()) location.reload()
    else onStale()
  }
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void refresh()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void refresh()
  })
  return { refresh }
}

/** Requests this page again and reads its state; undefined without a response. The request does not extend the session. */
async function fetchState(): Promise<string | undefined> {
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' })
    return /<body[^>]* data-state="([^"]*)"/.exec(await response.text())?.[1]
  } catch {
    return undefined
  }
}
