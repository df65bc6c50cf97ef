// The activity chart as a table.

import { formatDay } from '../shared/format-time.ts'
import type { DayCount } from './activity.ts'
import { t } from './i18n.ts'

export function ActivityFigures({ days }: { readonly days: readonly DayCount[] }) {
  if (days.length === 0) return null
  return (
    <details>
      <summary>{t('activityFigures')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('day')}</th>
            <th scope="col">{t('done')}</th>
            <th scope="col">{t('refused')}</th>
            <th scope="col">{t('alarms')}</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, done, refused, alarms }) => (
            <tr key={day}>
              <th scope="row">{formatDay(day)}</th>
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
