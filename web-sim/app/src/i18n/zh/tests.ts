export const tests = {
  summary_all: '{{passed}} 条测试全部通过',
  summary_some: '{{failed}} 条未通过，{{passed}} 条通过',
  none: '这个租户还没有规则测试。在 tests/ 里加一个 .toml 文件即可。',
  hint: '每次改动规则都会重新运行。点一条跳到它的位置。',
  passed: '通过',
  failed: '未通过',
  expected: '应为',
  found: '实为',
};
