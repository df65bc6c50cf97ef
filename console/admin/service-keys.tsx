// The keys of other services, without their values.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { Confirm } from '../shared/confirm.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import { sayDay } from '../shared/times.ts'
import { AddServiceKey } from './add-service-key.tsx'
import { type KeyRecord, keys, serviceOf } from './keys.ts'
import { say } from './say.ts'

interface ServiceKeysProps {
  readonly services: readonly KeyRecord[]
  readonly onChanged: () => Promise<void>
}

export function ServiceKeys({ services, onChanged }: ServiceKeysProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [asked, setAsked] = useState<KeyRecord>()
  const [isAsking, setAsking] = useState(false)
  const [removed, setRemoved] = useState<KeyRecord>()

  async function remove() {
    if (asked === undefined) return
    await keys.remove(asked.id)
    setRemoved(asked)
    // The button that opened the dialog goes with the key, before the dialog does.
    await onChanged()
  }

  return (
    <Section id="services" title={say('servicesTitle')} lead={say('servicesLead')} headingRef={heading}>
      <Outcome failure={undefined} done={removed && say('removed', namesOf(removed))} />
      {services.length === 0 ? (
        <p>{say('noServices')}</p>
      ) : (
        <table className="listing">
          <thead>
            <tr>
              <th scope="col">{say('service')}</th>
              <th scope="col">{say('key')}</th>
              <th scope="col">{say('madeOn')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {services.map((key) => (
              <tr key={key.id}>
                <th scope="row">{serviceOf(key)}</th>
                <td data-label={say('key')}>
                  <code>{key.id}</code>
                </td>
                <td data-label={say('madeOn')}>
                  <time dateTime={key.createdAt}>{sayDay(key.createdAt)}</time>
                </td>
                <td className="way">
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={say('removeNamed', namesOf(key))}
                    onClick={() => {
                      setAsked(key)
                      setAsking(true)
                    }}
                  >
                    {say('removeOpen')}
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
        title={asked === undefined ? '' : say('removeTitle', namesOf(asked))}
        text={say('removeText')}
        button={say('remove')}
        act={remove}
      />
    </Section>
  )
}

/** One service may have several. */
function namesOf(key: KeyRecord): { readonly id: string; readonly service: string } {
  return { id: key.id, service: serviceOf(key) }
}
