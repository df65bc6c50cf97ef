// What somebody is signed in with, and the ways to end it.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import type { EndedCounts } from '../../src/client/index.ts'
import { Confirm } from '../shared/confirm.tsx'
import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { LineageItem } from '../shared/lineage-item.tsx'
import { type Listed, lineagesOf } from '../shared/lineages.ts'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import { useAction } from '../shared/use-action.ts'
import type { Reading } from '../shared/use-loaded.ts'
import { Waiting } from '../shared/waiting.tsx'
import { say } from './say.ts'
import { type UserRecord, users } from './users.ts'

interface UserSessionsProps {
  readonly user: UserRecord
  readonly reading: Reading<readonly Listed[]>
  /** Resolves when what has ended is gone from the list. */
  readonly onEnded: () => Promise<void>
}

export function UserSessions({ user: { id, username }, reading: { state, load }, onEnded }: UserSessionsProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [isAsking, setAsking] = useState(false)
  const [ending, setEnding] = useState<string>()
  const [ended, setEnded] = useState<EndedCounts>()
  const { failure, run } = useAction()
  const lineages = state.status === 'here' ? lineagesOf(state.value) : []

  async function take(counts: EndedCounts) {
    setEnded(counts)
    await onEnded()
  }

  async function end({ id }: Listed) {
    if (ending !== undefined) return
    setEnding(id)
    const well = await run(async () => take(await users.endSession(id)))
    setEnding(undefined)
    if (well) heading.current?.focus()
  }

  const endEverything = lineages.length > 0 && (
    <Button variant="default" onClick={() => setAsking(true)}>
      {say('endEverything')}
    </Button>
  )
  return (
    <Section id="sessions" title={say('sessionsTitle')} lead={say('sessionsLead')} action={endEverything} headingRef={heading}>
      {state.status === 'loading' && <Waiting text={say('loadingSessions')} />}
      {state.status === 'failed' && <Failure text={say('failedSessions')} error={state.error} again={load} />}
      <Outcome
        failure={failure ?? (state.status === 'here' && state.stale !== undefined ? failureText(state.stale) : undefined)}
        done={ended && say('ended', { ...ended })}
      />
      {state.status === 'here' && lineages.length === 0 && <p>{say('nowhere')}</p>}
      {lineages.length > 0 && (
        <ul className="lineages">
          {lineages.map((lineage) => (
            <LineageItem key={lineage.root.id} lineage={lineage} ending={ending} onEnd={(listed) => void end(listed)} />
          ))}
        </ul>
      )}
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={say('endEverythingTitle', { name: username })}
        text={say('endEverythingText')}
        button={say('endEverything')}
        onDone={() => heading.current?.focus()}
        act={async () => take(await users.endEverything(id))}
      />
    </Section>
  )
}
