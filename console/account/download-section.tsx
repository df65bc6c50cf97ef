// The section to download all data of the user as a JSON file.

import { useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Card } from '../shared/card.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { useAction } from '../shared/use-action.ts'
import { collectExport } from './data-export.ts'
import { t } from './i18n.ts'

export function DownloadSection({ signedIn }: { readonly signedIn: SignedIn }) {
  const [status, setStatus] = useState<string>()
  const { busy, failure, run } = useAction()

  async function download() {
    const data = await collectExport(signedIn, (count) => setStatus(t('downloading', { count })))
    const name = `latchkey-${signedIn.user.username}-${data.madeAt.slice(0, 10)}.json`
    save(name, JSON.stringify(data, null, 2))
    setStatus(t('downloaded', { count: data.events.length, name }))
  }

  return (
    <Card id="download" title={t('downloadTitle')} lead={t('downloadLead')}>
      <FormStatus failure={failure} done={status} />
      <div className="actions">
        <ActionButton variant="default" busy={busy} onClick={() => void run(download)}>
          {t('download')}
        </ActionButton>
      </div>
    </Card>
  )
}

function save(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  // The browser reads the URL after the click handler has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
