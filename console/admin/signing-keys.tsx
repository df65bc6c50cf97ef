// The list of signing keys, with a button to rotate them.

import { Button } from '@mantine/core'
import { useState } from 'react'
import { Card } from '../shared/card.tsx'
import { Confirm } from '../shared/confirm.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { formatDay } from '../shared/format-time.ts'
import { t } from './i18n.ts'
import { KeyUse } from './key-use.tsx'
import { type KeyRecord, keys as keysApi } from './keys.ts'

interface SigningKeysProps {
  readonly keys: readonly KeyRecord[]
  readonly onRotated: () => void
}

export function SigningKeys({ keys, onRotated }: SigningKeysProps) {
  const [isAsking, setAsking] = useState(false)
  const [signing, setSigning] = useState<string>()

  async function rotate() {
    setSigning((await keysApi.rotate()).signing)
    onRotated()
  }

  const button = (
    <Button variant="default" onClick={() => setAsking(true)}>
      {t('rotateOpen')}
    </Button>
  )
  return (
    <Card id="signing" title={t('signingTitle')} lead={t('signingLead')} action={button}>
      <FormStatus failure={undefined} done={signing && t('rotated', { key: signing })} />
      <table className="listing">
        <thead>
          <tr>
            <th scope="col">{t('key')}</th>
            <th scope="col">{t('use')}</th>
            <th scope="col">{t('createdOn')}</th>
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
              <td data-label={t('createdOn')}>
                <time dateTime={createdAt}>{formatDay(createdAt)}</time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t('rotateTitle')}
        text={t('rotateText')}
        button={t('rotate')}
        act={rotate}
      />
    </Card>
  )
}
