// My devices and sessions: the lineages in use, and the ways to end them.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import type { EndedCounts } from '../../src/client/index.ts'
import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { latchkey } from '../shared/latchkey.ts'
import { LineageItem } from '../shared/lineage-item.tsx'
import { type Listed, lineagesOf } from '../shared/lineages.ts'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import { sayClock } from '../shared/times.ts'
import { useAction } from '../shared/use-action.ts'
import type { Reading } from '../shared/use-loaded.ts'
import { Waiting } from '../shared/waiting.tsx'
import { say } from './say.ts'

interface SessionsSectionProps {
  readonly reading: Reading<readonly Listed[]>
  /** What ending all others came to; asked for here or in an alarm. */
  readonly ended: EndedCounts | undefined
  readonly onEndOthers: () => void
  readonly onEnded: (counts: EndedCounts) => Promise<void>
}

export function SessionsSection({ reading: { state, load }, ended, onEndOthers, onEnded }: SessionsSectionProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [ending, setEnding] = useState<string>()
  const { failure, run } = useAction()

  async function end(listed: Listed) {
    if (ending !== undefined) return
    setEnding(listed.id)
    const well = await run(async () => onEnded(await latchkey.sessions.end(listed.id)))
    setEnding(undefined)
    if (well) heading.current?.focus()
  }

  const lineages = state.status === 'here' ? lineagesOf(state.value) : []
  const hasOthers = lineages.length > 1 || lineages.some(({ sessions }) => sessions.length > 1)
  const endOthers = hasOthers && (
    <Button variant="default" onClick={onEndOthers}>
      {say('endOthers')}
    </Button>
  )
  return (
    <Section id="sessions" title={say('sessionsTitle')} lead={say('sessionsLead')} action={endOthers} headingRef={heading}>
      {state.status === 'loading' && <Waiting text={say('loadingSessions')} />}
      {state.status === 'failed' && <Failure text={say('failedSessions')} error={state.error} again={load} />}
      <Outcome failure={failure} done={ended && say('ended', { ...ended })} />
      {state.status === 'here' && (
        <>
          <ul className="lineages">
            {lineages.map((lineage) => (
              <LineageItem
                key={lineage.root.id}
                lineage={lineage}
                ending={ending}
                onEnd={(listed) => void end(listed)}
                onSignOut={() => void run(async () => void (await latchkey.logout()))}
              />
            ))}
          </ul>
          {!hasOthers && <p className="soft no-others">{say('onlyThisOne')}</p>}
          {state.stale !== undefined && (
            <div className="actions">
              <p className="soft">{say('sessionsNotRefreshed', { time: sayClock(state.readAt), why: failureText(state.stale) })}</p>
              <Button variant="default" size="xs" onClick={() => void load()}>
                {say('tryAgain')}
              </Button>
            </div>
          )}
        </>
      )}
    </Section>
  )
}
