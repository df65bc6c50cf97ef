// The page for administrators.

import { draw } from '../shared/draw.tsx'
import { Present } from '../shared/present.tsx'
import './admin.css'
import { Administration } from './administration.tsx'
import { say } from './say.ts'

draw(<Present heading={say('title')}>{(who) => <Administration who={who} />}</Present>)
