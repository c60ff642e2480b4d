import { SankeyChart } from 'echarts/charts';
import { use } from 'echarts/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Comparison } from '../generated/types/Comparison';
import type { Flow } from '../generated/types/Flow';
import { Card } from '../simulate/card';
import { Chart } from '../simulate/chart';
import { tooltip } from '../simulate/chart-style';
import { usePalette } from '../theme/app-theme';
import { fontText } from '../theme/palette';
import { flowPicture, label } from './flow';
import styles from './flow-chart.module.css';
import type { Names } from './format';

use([SankeyChart]);

/** Where conversations flow on either side, one picture above the other. */
export function FlowCharts({ comparison, names }: { comparison: Comparison; names: Names }) {
  const { t } = useTranslation();
  return (
    <Card title={t('compare.flowTitle')}>
      <div className={styles.pictures}>
        <FlowChart title={t('compare.before')} flows={comparison.live_flows} names={names} />
        <FlowChart title={t('compare.after')} flows={comparison.candidate_flows} names={names} />
      </div>
    </Card>
  );
}

function FlowChart({ title, flows, names }: { title: string; flows: readonly Flow[]; names: Names }) {
  const { t } = useTranslation();
  const palette = usePalette();
  const option = useMemo(() => {
    const { nodes, links } = flowPicture(flows, names, t);
    const colours = [palette.blue, palette.violet, palette.track, palette.faint];
    return {
      animation: false,
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        formatter: ({ name, value }: { name: string; value: number }) =>
          `${name.split(' > ').map(label).join(' → ').replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)}: ${value.toFixed(1)}`,
      },
      series: [
        {
          type: 'sankey',
          left: 4,
          right: 124,
          top: 6,
          bottom: 6,
          nodeWidth: 9,
          nodeGap: 7,
          layoutIterations: 24,
          emphasis: { focus: 'trajectory' },
          lineStyle: { color: 'source', opacity: 0.22 },
          label: { color: palette.muted, fontSize: 11, fontFamily: fontText, formatter: ({ name }: { name: string }) => label(name) },
          data: nodes.map(({ name, depth }) => ({ name, depth, itemStyle: { color: colours[depth], borderWidth: 0 } })),
          links,
        },
      ],
    };
  }, [flows, names, palette, t]);
  return (
    <figure className={styles.picture}>
      <figcaption>{title}</figcaption>
      <Chart label={`${t('compare.flowTitle')}: ${title}`} option={option} />
    </figure>
  );
}
