// The entry point of the account page.

import { mount } from '../shared/mount.tsx'
import './account.css'
import { AccountPage } from './account-page.tsx'

mount(<AccountPage />)
