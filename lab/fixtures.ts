// Who has an account in the lab.

export const DEMO_USER = { username: 'ada', password: 'blue-tulip-under-7-moons' }

/** Has an account as well, and would like others to use it without noticing. */
export const ATTACKER = { username: 'mallory', password: 'four-violet-trams-in-rain' }
