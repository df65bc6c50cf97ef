// The list of service keys, without their values.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { Card } from '../shared/card.tsx'
import { Confirm } from '../shared/confirm.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { formatDay } from '../shared/format-time.ts'
import { AddServiceKey } from './add-service-key.tsx'
import { t } from './i18n.ts'
import { type KeyRecord, keys, serviceOf } from './keys.ts'

interface ServiceKeysProps {
  readonly services: readonly KeyRecord[]
  readonly onChanged: () => Promise<void>
}

export function ServiceKeys({ services, onChanged }: ServiceKeysProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [selected, setSelected] = useState<KeyRecord>()
  const [isAsking, setAsking] = useState(false)
  const [removed, setRemoved] = useState<KeyRecord>()

  async function remove() {
    if (selected === undefined) return
    await keys.remove(selected.id)
    setRemoved(selected)
    // Refresh the list before the dialog closes: the button that opened it is removed with the key.
    await onChanged()
  }

  return (
    <Card id="services" title={t('servicesTitle')} lead={t('servicesLead')} headingRef={heading}>
      <FormStatus failure={undefined} done={removed && t('removed', namesOf(removed))} />
      {services.length === 0 ? (
        <p>{t('noServices')}</p>
      ) : (
        <table className="listing">
          <thead>
            <tr>
              <th scope="col">{t('service')}</th>
              <th scope="col">{t('key')}</th>
              <th scope="col">{t('createdOn')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {services.map((key) => (
              <tr key={key.id}>
                <th scope="row">{serviceOf(key)}</th>
                <td data-label={t('key')}>
                  <code>{key.id}</code>
                </td>
                <td data-label={t('createdOn')}>
                  <time dateTime={key.createdAt}>{formatDay(key.createdAt)}</time>
                </td>
                <td className="way">
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={t('removeNamed', namesOf(key))}
                    onClick={() => {
                      setSelected(key)
                      setAsking(true)
                    }}
                  >
                    {t('removeOpen')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <AddServiceKey onAdded={() => void onChanged()} />
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        onDone={() => heading.current?.focus()}
        title={selected === undefined ? '' : t('removeTitle', namesOf(selected))}
        text={t('removeText')}
        button={t('remove')}
        act={remove}
      />
    </Card>
  )
}

/** The id too, since a service can have several keys. */
function namesOf(key: KeyRecord): { readonly id: string; readonly service: string } {
  return { id: key.id, service: serviceOf(key) }
}
