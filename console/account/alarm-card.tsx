// One alarm: what was seen, what was done about it, and what the reader can do.

import { Button } from '@mantine/core'
import { type Sight, sightIn } from '../../src/client/sight.ts'
import { sayDevice, sayPlace } from '../shared/device-text.ts'
import type { AuditEvent } from '../shared/operation-text.ts'
import { sayMoment } from '../shared/times.ts'
import { sayCountry } from './country-text.ts'
import { say, type TextKey } from './say.ts'

interface AlarmCardProps {
  readonly alarm: AuditEvent
  readonly onEndEverything: () => void
  readonly onChangePassword: () => void
  readonly onSeen: () => void
}

interface AlarmTexts {
  readonly title: TextKey
  readonly now: TextKey
  readonly before: TextKey
  readonly done: TextKey
}

const USED_UP: AlarmTexts = { title: 'alarmTitle', now: 'alarmNow', before: 'alarmBefore', done: 'alarmEnded' }

/** By what was recorded. */
const TEXTS: Readonly<Record<string, AlarmTexts>> = {
  'device.mismatch': { title: 'alarmTitle', now: 'mismatchNow', before: 'mismatchBefore', done: 'mismatchDone' },
  'device.changed': { title: 'changedTitle', now: 'changedNow', before: 'changedBefore', done: 'changedDone' },
  'login.country': { title: 'countryTitle', now: 'countryNow', before: 'countryBefore', done: 'countryDone' },
}

export function AlarmCard({ alarm, onEndEverything, onChangePassword, onSeen }: AlarmCardProps) {
  const now = sightIn(alarm, 'presentedNow')
  const before = sightIn(alarm, 'seenBefore')
  const texts = TEXTS[alarm.action] ?? USED_UP
  const title = `alarm-${alarm.id}`
  return (
    <section className={`card ${alarm.outcome}`} aria-labelledby={title} role="alert">
      <h2 id={title}>
        <svg
          className="sign"
          viewBox="0 0 24 24"
          width="24"
          height="24"
          aria-hidden="true"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
        >
          <path d="M12 3 2.5 20h19zM12 10v4.5M12 17v.5" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
        {say(texts.title)}
      </h2>
      <p>
        {now ? say(texts.now, { ...blanksOf(now), country: sayCountry(alarm.detail.country) }) : say('alarmUnread')}{' '}
        {before && say(texts.before, blanksOf(before))}
      </p>
      <p>
        {say(texts.done)} {say('alarmAdvice')}
      </p>
      <div className="actions">
        <Button color="red" onClick={onEndEverything}>
          {say('alarmEnd')}
        </Button>
        <Button variant="default" onClick={onChangePassword}>
          {say('changePassword')}
        </Button>
        <Button variant="default" onClick={onSeen}>
          {say('alarmSeen')}
        </Button>
      </div>
    </section>
  )
}

function blanksOf({ at, ip, userAgent }: Sight): Record<string, string> {
  return { at: sayMoment(at), ip: sayPlace(ip), device: sayDevice(userAgent) }
}
