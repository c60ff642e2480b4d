import type { scenario as zh } from '../zh/scenario';

export const scenario: typeof zh = {
  title: 'Who arrives',
  all: 'All channels',
  perDay: 'about {{count}} a day',
  hour: '{{hour}}:00: {{count}} an hour',
  at: '{{hour}}:00',
  anHour: 'an hour',
  drag: 'Drag the bars, or use the arrow keys: left and right choose the hour, up and down change it',
  special: {
    surge: '{{channel}}: a surge to {{factor}} times',
    'channel-out': '{{channel}}: the channel is out',
    'agents-drop': 'some agents drop out',
  },
  import: {
    action: 'Import',
    help: 'Replace it by recorded arrivals (CSV)',
    title: 'Import recorded arrivals',
    take: 'Use them',
    drop: 'Drop a CSV file here, or click to choose one',
    columns: 'Columns: time (such as 2026-03-02 09:05), count, and channel if there is one',
    empty: 'There is nothing in the file',
    'too-large': 'The file is too large: at most 20 MB and a million rows',
    no_time: 'There is no column for the time (time, start …); the columns are: {{found}}',
    no_count: 'There is no column for the number (count, calls …); the columns are: {{found}}',
    'bad-time': 'Row {{row}}, column “{{column}}”: “{{value}}” is no time such as 2026-03-02 09:05',
    'bad-count': 'Row {{row}}, column “{{column}}”: “{{value}}” is no number of arrivals',
    found: '{{rows}} rows, {{days}} days, {{arrivals}} conversations. Each hour becomes the mean of the days.',
    dispersed: 'Days differ {{factor}} times as much as chance alone would have it: some days simply are busier. The scenario runs the mean day; real ones will spread further.',
    unnamed: '(the file has no column for the channel)',
    leaveOut: 'leave out',
  },
};
