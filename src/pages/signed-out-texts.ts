// Texts of the signed-out page for each sign-in state, in both languages.

import type { Language } from './language.ts'

const en = {
  signedOutTitle: 'You are signed out',
  signedOutText: 'You are no longer signed in on this browser.',
  signInAgain: 'Sign in again',

  sessionTitle: 'You are still signed in as {name}',
  sessionText: 'The session in this browser is still active. You can sign out here.',
  rememberMeTitle: 'This browser will sign you in again as {name}',
  rememberMeText: '“Remember me” is on for this device: the next visit signs you in without a password. Sign out to turn it off.',
  deviceProofMissingTitle: 'You may still be signed in',
  deviceProofMissingText: 'This sign-in is bound to a device, and the browser did not confirm the device. Sign out to be safe.',
  unknownTitle: 'We could not check whether you are signed out',
  unknownText: 'The database is not responding. Try again in a moment.',

  signOut: 'Sign out',
  toAccount: 'My account',
  tryAgain: 'Try again',
  sending: 'One moment…',
  signOutFailed: 'The sign-out was not confirmed: you may still be signed in. Try again.',
  signOutNeedsScript:
    'Signing out needs JavaScript, so that no other site can do it in your name. Without JavaScript, delete the cookies of this site in your browser, and sign this device out on the account page of another device.',
} as const

export type SignedOutTexts = Readonly<Record<keyof typeof en, string>>

const zh: SignedOutTexts = {
  signedOutTitle: '您已退出登录',
  signedOutText: '此浏览器已不再保持登录。',
  signInAgain: '重新登录',

  sessionTitle: '您仍以 {name} 的身份登录',
  sessionText: '此浏览器中的登录会话仍然有效，您可以在这里退出登录。',
  rememberMeTitle: '此浏览器会再次以 {name} 的身份登录',
  rememberMeText: '此设备已开启“记住我”：下次访问时无需密码即可登录。如需关闭，请退出登录。',
  deviceProofMissingTitle: '您可能仍处于登录状态',
  deviceProofMissingText: '此登录已绑定设备，但浏览器未能验证设备。为安全起见，请退出登录。',
  unknownTitle: '无法确定您是否已退出登录',
  unknownText: '数据库没有响应，无法查询登录状态。请稍后重试。',

  signOut: '退出登录',
  toAccount: '我的账号',
  tryAgain: '重试',
  sending: '请稍候……',
  signOutFailed: '退出登录未得到服务器确认，登录可能仍然有效。请重试。',
  signOutNeedsScript:
    '退出登录需要 JavaScript，以防其他网站冒用您的名义操作。如果无法使用 JavaScript，请在浏览器中删除本网站的 Cookie，并在另一台设备的账号页面退出该设备。',
}

export const SIGNED_OUT_TEXTS: Readonly<Record<Language, SignedOutTexts>> = { en, 'zh-CN': zh }
