// A bar chart of the last 30 days. Refusals and alarms differ by pattern as well as by colour.

import type { AuditEvent } from '../shared/audit-event-text.ts'
import { formatDay, formatShortDay } from '../shared/format-time.ts'
import { activityOf, countOf, type DayCount, firstDay } from './activity.ts'
import { ActivityFigures } from './activity-figures.tsx'
import { t } from './i18n.ts'

const DAY_WIDTH = 20
const BAR_WIDTH = 14
const HEIGHT = 110

interface ActivityChartProps {
  readonly events: readonly AuditEvent[]
  /** Whether these are all events of the user. */
  readonly complete: boolean
}

export function ActivityChart({ events, complete }: ActivityChartProps) {
  const now = Date.now()
  const days = activityOf(events, now)
  const most = Math.max(4, ...days.map(countOf))
  const oldest = Date.parse(events.at(-1)?.at ?? '')
  return (
    <figure className="activity">
      <figcaption>
        <h3>{t('activityTitle')}</h3>
        <ul className="legend">
          <Legend kind="done" text={t('done')} />
          <Legend kind="refused" text={t('refused')} />
          <Legend kind="alarms" text={t('alarms')} />
        </ul>
      </figcaption>
      <svg viewBox={`0 0 ${days.length * DAY_WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summaryOf(days)}>
        <defs>
          <pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="5" height="5" className="refused-ground" />
            <rect width="2" height="5" className="refused-stripe" />
          </pattern>
        </defs>
        {days.map((day, index) => (
          <Bar key={day.day} day={day} x={index * DAY_WIDTH + (DAY_WIDTH - BAR_WIDTH) / 2} scale={(HEIGHT - 4) / most} />
        ))}
        <line x1="0" x2={days.length * DAY_WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className="axis" />
      </svg>
      <div className="axis-days soft small" aria-hidden="true">
        {[0, 10, 20, 29].map((index) => (
          <span key={index}>{formatShortDay(days[index]?.day ?? now)}</span>
        ))}
      </div>
      {!complete && oldest > firstDay(now) && <p className="soft small">{t('activityPart', { from: formatDay(oldest) })}</p>}
      <ActivityFigures days={days.filter((day) => countOf(day) > 0)} />
    </figure>
  )
}

function Bar({ day, x, scale }: { readonly day: DayCount; readonly x: number; readonly scale: number }) {
  const parts = [
    { count: day.done, kind: 'done', name: t('done') },
    { count: day.refused, kind: 'refused', name: t('refused') },
    { count: day.alarms, kind: 'alarms', name: t('alarms') },
  ]
  const labels = parts.map(({ name, count }) => `${name}: ${count}`)
  let y = HEIGHT
  return (
    <g>
      <title>{`${formatDay(day.day)}. ${labels.join('; ')}`}</title>
      <rect x={x - 3} width={DAY_WIDTH} y="0" height={HEIGHT} fill="transparent" />
      {parts.map(({ count, kind }) => {
        // A single refusal among hundreds of events must stay visible.
        const height = count === 0 ? 0 : Math.max(4, count * scale)
        y -= height
        return count > 0 && <rect key={kind} x={x} width={BAR_WIDTH} y={y} height={height} className={kind} />
      })}
    </g>
  )
}

function Legend({ kind, text }: { readonly kind: string; readonly text: string }) {
  return (
    <li>
      <svg width="14" height="14" aria-hidden="true">
        <rect width="14" height="14" rx="2" className={kind} />
      </svg>
      {text}
    </li>
  )
}

function summaryOf(days: readonly DayCount[]): string {
  const total = (part: 'done' | 'refused' | 'alarms') => days.reduce((sum, day) => sum + day[part], 0)
  const span = { from: formatDay(days[0]?.day ?? 0), to: formatDay(days.at(-1)?.day ?? 0) }
  const busiest = days.reduce<DayCount | undefined>((best, day) => (best && countOf(best) >= countOf(day) ? best : day), undefined)
  if (busiest === undefined || countOf(busiest) === 0) return t('activityNone', span)
  const totals = { done: total('done'), refused: total('refused'), alarms: total('alarms') }
  return t('activitySummary', { ...span, ...totals, busiest: formatDay(busiest.day), most: countOf(busiest) })
}
