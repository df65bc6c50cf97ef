// What the page after signing out says, for each state that it may find, in both languages.

import type { Language } from './language.ts'

const en = {
  signedOutTitle: 'You are signed out',
  signedOutText: 'No session and no remembered login is left in this browser.',
  signInAgain: 'Sign in again',

  sessionTitle: 'You are still signed in as {name}',
  sessionText: 'The session in this browser has not ended. You can end it here.',
  rememberedTitle: 'This browser will sign you in again as {name}',
  rememberedText:
    'There is no session, but the login is remembered on this device: the next visit starts a session without a password. Sign out to end that.',
  unprovenTitle: 'You may still be signed in',
  unprovenText: 'This browser sent a sign-in that is bound to a device, without the proof of the device. Sign out to end it.',
  unknownTitle: 'It is not known whether you are signed out',
  unknownText: 'The database does not answer, so the state of your sign-in could not be looked up. Try again in a moment.',

  signOut: 'Sign out',
  toAccount: 'My account',
  tryAgain: 'Try again',
  sending: 'One moment…',
  signOutFailed: 'The sign-out was not confirmed, so you may still be signed in. Try again.',
  signOutNeedsScript:
    'Signing out needs JavaScript, so that no other site can do it in your name. Without it, delete the cookies of this site in your browser, and end this sign-in on the account page of another device.',
} as const

export type SignedOutTexts = Readonly<Record<keyof typeof en, string>>

const zh: SignedOutTexts = {
  signedOutTitle: '您已退出登录',
  signedOutText: '此浏览器中已没有会话，也没有记住的登录。',
  signInAgain: '重新登录',

  sessionTitle: '您仍以 {name} 的身份登录',
  sessionText: '此浏览器中的会话尚未结束，您可以在这里退出登录。',
  rememberedTitle: '此浏览器会再次以 {name} 的身份登录',
  rememberedText: '当前没有会话，但此设备记住了登录：下次访问时无需密码即可登录。如需结束，请退出登录。',
  unprovenTitle: '您可能仍处于登录状态',
  unprovenText: '此浏览器发送的登录已绑定设备，但没有附带设备证明。如需结束，请退出登录。',
  unknownTitle: '无法确定您是否已退出登录',
  unknownText: '数据库没有响应，无法查询登录状态。请稍后重试。',

  signOut: '退出登录',
  toAccount: '我的账号',
  tryAgain: '重试',
  sending: '请稍候……',
  signOutFailed: '退出登录未得到服务器确认，登录可能仍然有效。请重试。',
  signOutNeedsScript:
    '退出登录需要 JavaScript，这样其他网站就无法以您的名义操作。如果无法使用，请在浏览器中删除本网站的 Cookie，并在另一台设备的账号页面结束此登录。',
}

export const SIGNED_OUT_TEXTS: Readonly<Record<Language, SignedOutTexts>> = { en, 'zh-CN': zh }
