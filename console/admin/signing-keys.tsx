// The keys that sign tokens: which one does, which one will, and which ones did.

import { Button } from '@mantine/core'
import { useState } from 'react'
import { Confirm } from '../shared/confirm.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import { sayDay } from '../shared/times.ts'
import { KeyUse } from './key-use.tsx'
import { keys as administered, type KeyRecord } from './keys.ts'
import { say } from './say.ts'

interface SigningKeysProps {
  readonly keys: readonly KeyRecord[]
  readonly onRotated: () => void
}

export function SigningKeys({ keys, onRotated }: SigningKeysProps) {
  const [isAsking, setAsking] = useState(false)
  const [signing, setSigning] = useState<string>()

  async function rotate() {
    setSigning((await administered.rotate()).signing)
    onRotated()
  }

  const button = (
    <Button variant="default" onClick={() => setAsking(true)}>
      {say('rotateOpen')}
    </Button>
  )
  return (
    <Section id="signing" title={say('signingTitle')} lead={say('signingLead')} action={button}>
      <Outcome failure={undefined} done={signing && say('rotated', { key: signing })} />
      <table className="listing">
        <thead>
          <tr>
            <th scope="col">{say('key')}</th>
            <th scope="col">{say('use')}</th>
            <th scope="col">{say('madeOn')}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ id, use, createdAt }) => (
            <tr key={id}>
              <th scope="row">
                <code>{id}</code>
              </th>
              <td>
                <KeyUse use={use} />
              </td>
              <td data-label={say('madeOn')}>
                <time dateTime={createdAt}>{sayDay(createdAt)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={say('rotateTitle')}
        text={say('rotateText')}
        button={say('rotate')}
        act={rotate}
      />
    </Section>
  )
}
