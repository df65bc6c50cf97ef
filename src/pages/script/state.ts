// Whether what the page says of a sign-in still holds: looked at again when the page is shown again, and loaded anew where it does not.

const { state: known } = document.body.dataset

export interface State {
  lookAgain(): Promise<void>
}

/**
 * @param mayReload asked before the page is loaded anew: what somebody is about to do or has typed is not thrown away
 * @param otherwise takes back what the page says of the sign-in
 */
export function followState(mayReload: () => boolean, otherwise: () => void = () => {}): State {
  async function lookAgain(): Promise<void> {
    const now = await stateNow()
    if (now === undefined || now === known) return
    if (mayReload()) location.reload()
    else otherwise()
  }
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) void lookAgain()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void lookAgain()
  })
  return { lookAgain }
}

/** What this very page says when it is asked for now; undefined where nobody answers. Looking uses up nothing. */
async function stateNow(): Promise<string | undefined> {
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' })
    return /<body[^>]* data-state="([^"]*)"/.exec(await answer.text())?.[1]
  } catch {
    return undefined
  }
}
