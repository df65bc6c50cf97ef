// The picture of activity in figures, for whoever would rather read them.

import { sayDay } from '../shared/times.ts'
import type { DayCount } from './activity.ts'
import { say } from './say.ts'

export function ActivityFigures({ days }: { readonly days: readonly DayCount[] }) {
  if (days.length === 0) return null
  return (
    <details>
      <summary>{say('activityFigures')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('day')}</th>
            <th scope="col">{say('done')}</th>
            <th scope="col">{say('refusedOrHeld')}</th>
            <th scope="col">{say('alarms')}</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, done, refused, alarms }) => (
            <tr key={day}>
              <th scope="row">{sayDay(day)}</th>
              <td>{done}</td>
              <td>{refused}</td>
              <td>{alarms}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
