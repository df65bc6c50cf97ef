// The Chinese message of each error code. The English message is that of the API.

import type { ErrorCode } from '../domain/errors.ts'

export const CHINESE_MESSAGES: Readonly<Record<ErrorCode, string>> = {
  'request.malformed': '无法读取该请求。',
  'session.required': '请登录后继续。',
  'reauthentication.required': '请验证身份后继续。',
  'token.invalid': 'Authorization 请求头中的凭证无效。',
  'credentials.invalid': '用户名或密码错误。',
  'proof.required': '此请求需要 DPoP 证明或设备证明。',
  'origin.denied': '不允许来自此源的请求。',
  'csrf.header_required': '仅凭 Cookie 只能读取：请在 Authorization 请求头中发送令牌。',
  'user.mismatch': '该凭证属于另一个用户。',
  'role.required': '您的角色不允许此操作。',
  'registration.closed': '注册已关闭。',
  'resource.not_found': '未找到。',
  'method.not_allowed': '此路径不接受该方法。',
  'username.taken': '该用户名已被使用。',
  'data.conflict': '数据已被更改：请重新读取。',
  'request.too_large': '请求体超过 64 KiB。',
  'data.too_large': '数据超过允许的大小。',
  'request.unsupported_type':
    '此路径只接受 UTF-8 编码、未压缩的 JSON，并须以内容类型注明（application/json 或 application/merge-patch+json）。',
  'request.invalid': '请求中有一个值无效。',
  'username.invalid': '用户名应为 2 至 64 个同一种文字的字母、数字、点、下划线或连字符，首尾须为字母或数字。',
  'password.too_short': '密码太短。',
  'password.too_long': '密码超过 256 个字符。',
  'password.too_common': '该密码过于常见，容易被猜到。',
  'password.too_weak': '密码强度不足：请使用更长或更难预测的密码。',
  'rate.limited': '尝试次数过多，请稍后再试。',
  'request.headers_too_large': '请求头过大。',
  'server.busy': '服务器繁忙：请稍后重试。',
  'store.unavailable': '数据库不可用。只有已确认的更改会被保存。',
}
