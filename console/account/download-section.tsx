// A file with all of the user's data, made in the browser.

import { useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Card } from '../shared/card.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { useAction } from '../shared/use-action.ts'
import { collectExport } from './data-export.ts'
import { t } from './i18n.ts'

export function DownloadSection({ who }: { readonly who: SignedIn }) {
  const [said, setSaid] = useState<string>()
  const { busy, failure, run } = useAction()

  async function download() {
    const everything = await collectExport(who, (count) => setSaid(t('downloading', { count })))
    const name = `latchkey-${who.user.username}-${everything.madeAt.slice(0, 10)}.json`
    save(name, JSON.stringify(everything, null, 2))
    setSaid(t('downloaded', { count: everything.events.length, name }))
  }

  return (
    <Card id="download" title={t('downloadTitle')} lead={t('downloadLead')}>
      <FormStatus failure={failure} done={said} />
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
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
