// The page for administrators.

import { mount } from '../shared/mount.tsx'
import { RequireSession } from '../shared/require-session.tsx'
import './admin.css'
import { AdminPage } from './admin-page.tsx'
import { t } from './i18n.ts'

mount(<RequireSession heading={t('title')}>{(who) => <AdminPage who={who} />}</RequireSession>)
