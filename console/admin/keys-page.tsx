// The view of the signing keys and the service keys.

import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { FormStatus } from '../shared/form-status.tsx'
import { Loading } from '../shared/loading.tsx'
import { useResource } from '../shared/use-resource.ts'
import { Heading } from './heading.tsx'
import { t } from './i18n.ts'
import { keys } from './keys.ts'
import { ServiceKeys } from './service-keys.tsx'
import { SigningKeys } from './signing-keys.tsx'

export function KeysPage() {
  const { state, load, refresh } = useResource(keys.list)
  return (
    <>
      <Heading text={t('keys')} />
      {state.status === 'loading' && <Loading text={t('loadingKeys')} />}
      {state.status === 'failed' && <Failure text={t('failedKeys')} error={state.error} onRetry={load} />}
      {state.status === 'ready' && (
        <>
          <FormStatus failure={state.stale === undefined ? undefined : failureText(state.stale)} />
          <SigningKeys keys={state.value.signing} onRotated={() => void refresh()} />
          <ServiceKeys services={state.value.services} onChanged={refresh} />
        </>
      )}
    </>
  )
}
