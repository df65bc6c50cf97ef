// The entry point of the admin page.

import { mount } from '../shared/mount.tsx'
import { RequireSession } from '../shared/require-session.tsx'
import './admin.css'
import { AdminPage } from './admin-page.tsx'
import { t } from './i18n.ts'

mount(<RequireSession heading={t('title')}>{(signedIn) => <AdminPage signedIn={signedIn} />}</RequireSession>)
