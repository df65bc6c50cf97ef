// The keys of the deployment: those that sign, and those of services.

import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { Outcome } from '../shared/outcome.tsx'
import { useLoaded } from '../shared/use-loaded.ts'
import { Waiting } from '../shared/waiting.tsx'
import { Heading } from './heading.tsx'
import { keys } from './keys.ts'
import { say } from './say.ts'
import { ServiceKeys } from './service-keys.tsx'
import { SigningKeys } from './signing-keys.tsx'

export function KeysPage() {
  const { state, load, refresh } = useLoaded(keys.list)
  return (
    <>
      <Heading text={say('keys')} />
      {state.status === 'loading' && <Waiting text={say('loadingKeys')} />}
      {state.status === 'failed' && <Failure text={say('failedKeys')} error={state.error} again={load} />}
      {state.status === 'here' && (
        <>
          <Outcome failure={state.stale === undefined ? undefined : failureText(state.stale)} />
          <SigningKeys keys={state.value.signing} onRotated={() => void refresh()} />
          <ServiceKeys services={state.value.services} onChanged={refresh} />
        </>
      )}
    </>
  )
}
