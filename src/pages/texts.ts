// Everything that the pages say, in both languages.

import type { Language } from './language.ts'

const en = {
  signIn: 'Sign in',
  signInTitle: 'Sign in',
  register: 'Create account',
  registerTitle: 'Create an account',
  username: 'User name',
  password: 'Password',
  show: 'Show password',
  hide: 'Hide password',
  remember: 'Remember me on this device',
  rememberHint: 'For {days} days, also after the browser was closed. Not on a device that others use.',
  noAccount: 'No account yet?',
  haveAccount: 'Have an account already?',
  usernameHint: '3 to 64 letters, digits, dots, underscores or hyphens.',
  passwordHint: 'At least {min} characters. A few unrelated words are better than signs.',
  language: 'Language',
  needsScript: 'Signing in needs JavaScript: the password is sent by a script, so that no other site can send a form in your name.',
  checking: 'Checking whether you are signed in…',
  sending: 'One moment…',
  slow: 'The server is slow to answer. You can wait a little longer.',
  tryAgain: 'Try again',
  signedIn: 'You are signed in as {name}.',
  goOn: 'Continue',
  otherUser: 'Sign in as somebody else',

  signedOutTitle: 'You are signed out',
  signedOutText: 'The session, its tokens and the remembered login on this device have ended, in every tab and at every application.',
  signInAgain: 'Sign in again',

  noticeIdle: 'Your session ended because nothing was done for a while. Sign in to go on where you were.',
  noticeExpired: 'Your session has reached its longest life. Sign in to go on where you were.',
  noticeRevoked: 'This sign-in was ended: from another device, by a new password, or by the people who run this site.',
  noticeTheft:
    'Somebody else may have used a copy of the sign-in that this browser remembered. We ended it. Your other devices stay signed in. Sign in, and we show you when and from where.',
  noticeFresh: 'What you are about to do needs your password once more.',

  theftTitle: 'Somebody else used a copy of your sign-in',
  theftText: 'It was used on {at} from {ip} ({device}). We ended it; your other devices stay signed in.',
  theftBefore: 'Before that, it was used on {at} from {ip} ({device}).',
  deviceOn: '{browser} on {system}',
  unknownDevice: 'an unknown device',
  theftUnknown: 'The record of it cannot be read just now. Your account page shows it later.',
  theftAdvice: 'If one of the two was not you, change your password and look through your devices.',
  toAccount: 'My devices and password',

  strengthEmpty: '',
  strength0: 'Very easy to guess',
  strength1: 'Easy to guess',
  strength2: 'Not enough yet',
  strength3: 'Good',
  strength4: 'Very good',
  strengthLabel: 'How hard it is to guess',

  registrationClosed: 'New accounts are made by the people who run this site.',
  notBuilt: 'The pages are not built: run "npm run pages" in the checkout.',

  accountTitle: 'My account',
  loading: 'Loading your account…',
  errorsTitle: 'Errors',
  errorsText: 'Every refusal of the API carries one of these codes.',

  missingUsername: 'Type your user name.',
  missingPassword: 'Type your password.',

  'credentials.invalid': 'The user name or the password is not right.',
  'rate.limited': 'Too many attempts. Try again in {seconds} s.',
  'username.taken': 'This user name is taken.',
  'username.invalid': 'A user name has 3 to 64 letters, digits, dots, underscores and hyphens.',
  'password.too_short': 'The password is too short: at least {min} characters.',
  'password.too_long': 'The password is too long: at most 256 characters.',
  'password.too_common': 'This password is one of those that everyone who guesses tries first.',
  'password.too_weak': 'This password is easy to guess: make it longer or less predictable.',
  'origin.denied': 'This page was opened at an address that the server does not take requests from ({origin}).',
  busy: 'The server is busy. What you typed is still here: try again in a moment.',
  'store.unavailable': 'The database does not answer. What you typed is still here: try again in a moment.',
  'network.unreachable': 'The server cannot be reached. What you typed is still here: check the connection and try again.',
  'network.timeout': 'The server did not answer in time. What you typed is still here: try again.',
  'answer.unreadable':
    'The answer was not one of this server: something in between may be broken. What you typed is still here: try again.',
  other: 'That did not work ({code}). What you typed is still here: try again.',
} as const

export type Texts = Readonly<Record<keyof typeof en, string>>

const zh: Texts = {
  signIn: '登录',
  signInTitle: '登录',
  register: '注册',
  registerTitle: '注册账号',
  username: '用户名',
  password: '密码',
  show: '显示密码',
  hide: '隐藏密码',
  remember: '在此设备上记住我',
  rememberHint: '{days} 天内有效，关闭浏览器后仍保持登录。请勿在他人也使用的设备上勾选。',
  noAccount: '还没有账号？',
  haveAccount: '已有账号？',
  usernameHint: '3 至 64 个字母、数字、点、下划线或连字符。',
  passwordHint: '至少 {min} 个字符。几个互不相关的词比特殊符号更好。',
  language: '语言',
  needsScript: '登录需要 JavaScript：密码由脚本发送，这样其他网站就无法以您的名义提交表单。',
  checking: '正在检查您是否已登录……',
  sending: '请稍候……',
  slow: '服务器响应缓慢，您可以再等一会儿。',
  tryAgain: '重试',
  signedIn: '您已登录为 {name}。',
  goOn: '继续',
  otherUser: '以其他用户登录',

  signedOutTitle: '您已退出登录',
  signedOutText: '此设备上的会话、令牌和记住的登录均已结束，对所有标签页和所有应用立即生效。',
  signInAgain: '重新登录',

  noticeIdle: '由于一段时间没有操作，会话已结束。请登录以继续。',
  noticeExpired: '会话已达到最长时限。请登录以继续。',
  noticeRevoked: '此登录已被结束：可能来自其他设备、因修改密码，或由网站管理者操作。',
  noticeTheft: '可能有人使用了此浏览器所记住的登录的副本，我们已将其结束。您的其他设备仍保持登录。登录后，我们会告诉您时间和来源。',
  noticeFresh: '接下来的操作需要再次输入密码。',

  theftTitle: '有人使用了您登录的副本',
  theftText: '使用时间：{at}，来源：{ip}（{device}）。我们已将其结束；您的其他设备仍保持登录。',
  theftBefore: '在此之前的使用时间：{at}，来源：{ip}（{device}）。',
  deviceOn: '{system} 上的 {browser}',
  unknownDevice: '未知设备',
  theftUnknown: '暂时无法读取相关记录，稍后可在账号页面查看。',
  theftAdvice: '如果其中一次不是您本人，请修改密码并检查您的设备。',
  toAccount: '我的设备和密码',

  strengthEmpty: '',
  strength0: '极易被猜到',
  strength1: '容易被猜到',
  strength2: '还不够',
  strength3: '良好',
  strength4: '很好',
  strengthLabel: '被猜到的难度',

  registrationClosed: '新账号由网站管理者创建。',
  notBuilt: '页面尚未构建：请在检出目录中运行 “npm run pages”。',

  accountTitle: '我的账号',
  loading: '正在载入您的账号……',
  errorsTitle: '错误代码',
  errorsText: '接口的每次拒绝都带有以下代码之一。',

  missingUsername: '请输入用户名。',
  missingPassword: '请输入密码。',

  'credentials.invalid': '用户名或密码不正确。',
  'rate.limited': '尝试次数过多，请在 {seconds} 秒后重试。',
  'username.taken': '该用户名已被使用。',
  'username.invalid': '用户名应为 3 至 64 个字母、数字、点、下划线或连字符。',
  'password.too_short': '密码太短：至少 {min} 个字符。',
  'password.too_long': '密码太长：最多 256 个字符。',
  'password.too_common': '这是人们猜密码时最先尝试的密码之一。',
  'password.too_weak': '这个密码容易被猜到：请加长或使其更难预测。',
  'origin.denied': '此页面的地址不在服务器接受请求的范围内（{origin}）。',
  busy: '服务器繁忙。您输入的内容仍在，请稍后重试。',
  'store.unavailable': '数据库没有响应。您输入的内容仍在，请稍后重试。',
  'network.unreachable': '无法连接服务器。您输入的内容仍在，请检查网络后重试。',
  'network.timeout': '服务器未能及时响应。您输入的内容仍在，请重试。',
  'answer.unreadable': '收到的响应不是来自本服务器，中间环节可能有故障。您输入的内容仍在，请重试。',
  other: '操作未成功（{code}）。您输入的内容仍在，请重试。',
}

export const TEXTS: Readonly<Record<Language, Texts>> = { en, 'zh-CN': zh }

/** Puts values into a text: `{name}` becomes the value of that name. */
export function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
