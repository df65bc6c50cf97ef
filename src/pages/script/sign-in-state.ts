// Whether what the page says of a sign-in still holds: looked at again when the page is shown again, and loaded anew where it does not.

const { state: stateAtLoad } = document.body.dataset

export interface SignInStateWatcher {
  refresh(): Promise<void>
}

/**
 * @param mayReload asked before the page is loaded anew: what somebody is about to do or has typed is not thrown away
 * @param onStale takes back what the page says of the sign-in
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

/** What this very page says when it is asked for now; undefined where nobody answers. Looking uses up nothing. */
async function fetchState(): Promise<string | undefined> {
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' })
    return /<body[^>]* data-state="([^"]*)"/.exec(await answer.text())?.[1]
  } catch {
    return undefined
  }
}
