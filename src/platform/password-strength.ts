// How guessable a password is, by zxcvbn and its list of common passwords. Both are loaded when first needed: most
// requests never choose a password.

import type { PasswordEstimator } from '../ports/passwords.ts'

/** zxcvbn's work grows with the square of the length; what is longer is judged by both its ends. */
const JUDGED = 64

export function createPasswordEstimator(): PasswordEstimator {
  let loading: ReturnType<typeof load> | undefined
  return {
    async estimate(password, context) {
      loading ??= load()
      const { zxcvbn, common } = await loading
      const judged = password.length > JUDGED ? password.slice(0, JUDGED / 2) + password.slice(-JUDGED / 2) : password
      return { score: zxcvbn.check(judged, [...context]).score, common: common.has(password.toLowerCase()) }
    },
  }
}

async function load() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ])
  return { zxcvbn: new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs }), common: new Set<string>(dictionary['passwords-common']) }
}
