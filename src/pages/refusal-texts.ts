// Texts of the error page for browser navigations, in both languages.

import type { ErrorCode } from '../domain/errors.ts'
import type { Language } from './language.ts'

export interface RefusalText {
  readonly title: string
  readonly text: string
}

interface RefusalTexts {
  /** Codes that a navigation can meet; other codes show their own message. */
  readonly codes: Readonly<Partial<Record<ErrorCode, RefusalText>>>
  readonly otherText: string
  readonly tryAgain: string
  readonly toAccount: string
  readonly toSignIn: string
  readonly meaning: string
  readonly requestId: string
}

export const REFUSAL_TEXTS: Readonly<Record<Language, RefusalTexts>> = {
  en: {
    codes: {
      'resource.not_found': {
        title: 'This page does not exist',
        text: 'The address may be mistyped, or the page may have been removed.',
      },
      'method.not_allowed': {
        title: 'This page does not accept forms',
        text: 'Your input was not processed. Open the page again; its forms need JavaScript.',
      },
      'request.malformed': {
        title: 'This request could not be read',
        text: 'Reload the page. If that does not help, delete the cookies of this site in your browser.',
      },
      'request.headers_too_large': {
        title: 'The request is too long',
        text: 'The address or the cookies are too long. Delete the cookies of this site, then reload the page.',
      },
      'rate.limited': {
        title: 'Too many attempts',
        text: 'Try again in {seconds} seconds.',
      },
      'server.busy': {
        title: 'The server is busy',
        text: 'Your request was not processed. Try again in a moment.',
      },
      'store.unavailable': {
        title: 'The server cannot reach its database',
        text: 'Your request was not processed. Try again in a moment.',
      },
    },
    otherText: 'The request was rejected.',
    tryAgain: 'Try again',
    toAccount: 'My account',
    toSignIn: 'Sign in',
    meaning: 'What this means',
    requestId: 'Request ID:',
  },
  'zh-CN': {
    codes: {
      'resource.not_found': {
        title: '页面不存在',
        text: '地址可能有误，或者该页面已被移除。',
      },
      'method.not_allowed': {
        title: '此页面不接受表单提交',
        text: '您提交的内容未被处理。请重新打开该页面；页面上的表单需要 JavaScript。',
      },
      'request.malformed': {
        title: '无法读取该请求',
        text: '请重新加载页面。如果仍然不行，请在浏览器中删除本网站的 Cookie。',
      },
      'request.headers_too_large': {
        title: '请求过长',
        text: '地址或 Cookie 过长。请删除本网站的 Cookie，然后重新加载页面。',
      },
      'rate.limited': {
        title: '尝试次数过多',
        text: '请在 {seconds} 秒后重试。',
      },
      'server.busy': {
        title: '服务器暂时无法响应',
        text: '您的请求未被处理，请稍后重试。',
      },
      'store.unavailable': {
        title: '服务器无法连接数据库',
        text: '您的请求未被处理，请稍后重试。',
      },
    },
    otherText: '该请求被拒绝。',
    tryAgain: '重试',
    toAccount: '我的账号',
    toSignIn: '登录',
    meaning: '了解原因',
    requestId: '请求编号：',
  },
}
