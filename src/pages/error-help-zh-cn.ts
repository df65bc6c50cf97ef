// The Chinese help for each error code.

import type { ErrorCode } from '../domain/errors.ts'
import type { ErrorHelp } from './error-help.ts'

export const CHINESE_HELP: Readonly<Record<ErrorCode, ErrorHelp>> = {
  'request.malformed': {
    cause: '`reason` 说明了具体原因。如果 `field` 为 `before`，说明查询参数中的分页游标不是本服务器生成的。',
    reasons: {
      json: '请求体不是 JSON',
      too_deep: '请求体的嵌套超过 32 层',
      ill_formed: '请求体中含有不是 Unicode 的文本',
      out_of_range: '请求体中有超出可精确表示范围的数字',
      duplicate_header: '同一个请求头出现了两次，无法判断以哪个为准',
      missing_header: '续期设备证明时缺少 `Sec-Secure-Session-Id`',
      http: '请求不符合 HTTP 格式',
      host: '缺少 `Host`，或出现了两次',
      timeout: '请求传输超时',
      body_already_read: '在您自己的服务器中，请求体在到达 Latchkey 之前已被其他中间件读取',
    },
    advice:
      '请修正请求。如果是重复，请检查是否有代理添加了请求头。如果是 `body_already_read`，请把 Latchkey 挂载在 `express.json()` 等中间件之前。',
  },
  'session.required': {
    cause: '当前没有有效的会话。',
    reasons: {
      none: '请求未携带可用的凭证',
      unknown: '凭证不是本服务器签发的，或早已失效',
      idle: '会话因长时间未使用而过期',
      expired: '会话已达到最长有效期',
      revoked: '会话已被吊销',
      theft_suspected: '检测到登录凭证被重复使用，可能被盗用，因此已吊销该登录链',
    },
    advice: '如果带有 `refreshable: true`，请调用 `POST /access/token`，用“记住我”登录创建新会话；否则请让用户重新登录。',
  },
  'reauthentication.required': {
    cause: '此操作要求近期登录过，而上次登录已超过 `LATCHKEY_FRESH_AGE`。',
    advice: '请让用户输入密码验证身份，然后重试。',
  },
  'token.invalid': {
    cause: '即使同时带有有效的 Cookie，请求头中的无效凭证也会被拒绝。',
    reasons: {
      malformed: '不是本服务器签发的，或已被改动',
      expired: '令牌已过期',
      session_ended: '令牌所属的会话已被吊销或已过期',
    },
    advice: '如果是 `expired`，请调用一次 `POST /access/token` 后重试；如果是 `session_ended`，请让用户重新登录。',
  },
  'credentials.invalid': {
    cause: '响应不会说明是哪一个不正确，以免泄露哪些用户存在。',
    advice: '请让用户重新输入。',
  },
  'proof.required': {
    cause:
      '令牌绑定了密钥，而请求的 `DPoP` 请求头中没有有效的证明；或者申请令牌时附带的证明无效。如果 `reason` 以 `device` 开头，则与登录所绑定的设备有关。',
    reasons: {
      unbound: '令牌没有绑定密钥，而此处要求绑定',
      missing: '缺少证明',
      malformed: '无法读取证明',
      method: '证明对应的是另一个请求方法',
      url: '证明对应的是另一个地址',
      time: '证明已过期，或时间在未来',
      token: '证明对应的是另一个令牌',
      key: '证明来自另一个密钥',
      replayed: '证明已被使用过',
      device: '登录已绑定设备（或要求绑定），但 Cookie 未附带设备证明',
      device_missing: '供浏览器使用：缺少设备证明',
      device_malformed: '供浏览器使用：无法读取设备证明',
      device_audience: '供浏览器使用：设备证明对应的是另一个地址',
      device_challenge: '供浏览器使用：质询已过期；此时状态码为 403，并附带新的质询',
    },
    advice: '请为本次请求单独生成新的证明。如果是 `device`，请重试一次：正在绑定的浏览器届时已取得证明。如果仍被拒绝，请让用户重新登录。',
  },
  'origin.denied': {
    cause: '该请求由其他来源的页面发出。',
    reasons: {
      cross_site: '页面属于其他网站',
      same_site: '页面属于同一网站的其他来源',
      origin_not_allowed: '该来源不在允许列表中',
      origin_null: '页面没有来源，例如沙盒框架或本地文件',
      origin_missing: '浏览器没有说明来源',
    },
    advice: '如果该页面是您的，请将其来源加入 `setting` 所示的设置，写法须与浏览器发送的完全一致。',
  },
  'csrf.header_required': {
    cause: '任何网站都能让浏览器发送 Cookie，因此修改数据需要其他网站无法设置的请求头。',
    advice: '请以 `Authorization: Bearer <令牌>` 的形式发送登录响应中的令牌。',
  },
  'user.mismatch': {
    cause: '路径中的用户 ID 与凭证所属的用户不一致。',
    advice: '请使用登录响应中的 `user.id`。',
  },
  'role.required': {
    cause: '该路径要求的角色，该用户不具备。',
    advice: '请运行 `latchkey user set-roles NAME ROLE…`（会设置该用户的全部角色），或请管理员设置。',
  },
  'registration.closed': {
    cause: '设置 `LATCHKEY_REGISTRATION` 为 `closed`：用户不能自行注册。',
    advice: '请向管理员申请账号，或运行 `latchkey user add NAME`。',
  },
  'resource.not_found': {
    cause: '该路径下没有内容，或没有属于您的内容。如果带有 `setting`，说明该路径由此设置移走：`METRICS_PORT` 对应监控指标。',
    advice: '请对照 `/docs` 检查路径。路径使用小写字母，末尾没有斜杠。',
  },
  'method.not_allowed': {
    cause: '该路径存在，但只支持其他请求方法。',
    advice: '请使用响应头 `Allow` 中列出的方法。',
  },
  'username.taken': {
    cause:
      '仅大小写或 Unicode 形式不同的名称视为同一个名称。已删除用户的名称仍视为已被使用。`admin`、`administrator`、`root`、`system`、`support`、`security`、`abuse`、`postmaster`、`hostmaster`、`webmaster`、`noreply` 以及与之外观相似的名称不开放注册，只能由运维人员创建。',
    advice: '请换一个用户名。',
  },
  'data.conflict': {
    cause: '数据的当前版本与 `If-Match` 中的版本不一致。',
    advice: '请重新读取数据，在此基础上修改，然后重试。',
  },
  'request.too_large': {
    cause: '所有路径都有此限制。',
    advice: '请减少单次请求发送的内容。',
  },
  'data.too_large': {
    cause: '会话数据最多为 16 KiB 的 JSON，加密的客户端数据最多为 3 KiB。',
    advice: '请只在其中保存一个键，把对应的内容存放在您自己的数据库中。',
  },
  'request.unsupported_type': {
    cause: '经过压缩的请求体以及 UTF-8 以外的字符集同样不被接受。',
    advice: '请发送 UTF-8 编码的 `application/json`；修改会话数据时使用 `application/merge-patch+json`。两者都不要压缩。',
  },
  'request.invalid': {
    cause: '`field` 给出了字段名。未知的字段同样不被接受。如果是 `userId`，说明管理员试图对自己执行只能由他人执行的操作。',
    advice: '请修正该字段。`/docs` 和 `/openapi.json` 说明了每个字段接受的值。',
  },
  'username.invalid': {
    cause:
      '字母须属于同一种文字，不限哪一种。日文、中文和韩文可使用其通常的混合书写方式，也可与拉丁字母混用（UTS 39，highly restrictive）。',
    reasons: {
      length: '少于 2 个或多于 64 个字符',
      characters: '含有用户名不允许的字符，例如空格或 `@`',
      ends: '首字符或末字符不是字母或数字',
      scripts: '混用了通常不会一起书写的文字，可能使其看起来像另一个名称',
      digits: '混用了两种数字系统的数字',
    },
    advice: '请换一个用户名。',
  },
  'password.too_short': {
    cause: '字符数少于 `LATCHKEY_PASSWORD_MIN`，默认为 8。',
    advice: '请使用更长的密码。',
  },
  'password.too_long': {
    cause: '限制按字符计算，而不是字节。',
    advice: '请使用更短的密码。',
  },
  'password.too_common': {
    cause: '该密码在常见密码列表中，或只是其常见变形：大写、前后加数字或符号、以符号代替字母、倒写。',
    advice: '请换一个密码，建议使用几个互不相关的词。',
  },
  'password.too_weak': {
    cause: '不到十亿次猜测即可猜中：它由常用词、拼音、姓名、日期、键盘上相邻的键，或用户和网站的已知信息组成。',
    advice: '请换一个密码，建议使用几个互不相关的词。',
  },
  'rate.limited': {
    cause:
      '该用户或该网络的登录失败次数过多（`LATCHKEY_LOGIN_LIMIT`），该网络的注册次数过多（`LATCHKEY_REGISTRATION_LIMIT`），或同一用户的登录或操作记录数量异常。',
    advice: '请等待 `Retry-After` 所示的秒数后重试。',
  },
  'request.headers_too_large': {
    cause: '请求头合计超过 16 KiB。在浏览器中，通常是 Cookie 过多。',
    advice: '请在浏览器中删除本网站的 Cookie，然后重新打开页面。',
  },
  'server.busy': {
    cause: '同时登录的人数超出了服务器的计算能力，或服务器发生故障（详情见日志）。',
    advice: '请等待 `Retry-After` 所示的秒数后重试。',
  },
  'store.unavailable': {
    cause: '如果更改的确认丢失，该更改可能已生效，也可能没有。',
    advice: '请等待 `Retry-After` 所示的秒数后重试。`/readyz` 会说明故障所在。',
  },
}
