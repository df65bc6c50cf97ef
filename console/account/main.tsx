// The account page.

import { draw } from '../shared/draw.tsx'
import './account.css'
import { AccountPage } from './account-page.tsx'

draw(<AccountPage />)
