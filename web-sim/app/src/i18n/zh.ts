/** Chinese, and by its shape the list of every text on the page: `en.ts` must have the same keys. */
export const zh = {
  title: 'Pointsman · 会话分配',
  engine: {
    version: '引擎版本 {{version}}',
    loading: '正在加载引擎…',
    failed: '引擎无法启动：{{message}}',
  },
};

export type Catalogue = typeof zh;
