/** ECharts, with only the parts that are used. */
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import styles from './chart.module.css';

use([BarChart, LineChart, GridComponent, TooltipComponent, SVGRenderer]);

interface ChartProps {
  /** What the chart says, for those who do not see it. */
  label: string;
  option: EChartsCoreOption;
  /** In pixels, for a chart that is not as high as the others. */
  height?: number;
  /** Told the data of what is clicked. */
  onPick?: (data: never) => void;
}

export function Chart({ label, option, height, onPick }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);

  useEffect(() => {
    if (!host.current) return;
    const created = init(host.current, null, { renderer: 'svg' });
    chart.current = created;
    const observer = new ResizeObserver(() => created.resize());
    observer.observe(host.current);
    return () => {
      observer.disconnect();
      created.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const current = chart.current;
    if (!current || !onPick) return;
    const pick = ({ data }: { data?: unknown }) => {
      if (data) onPick(data as never);
    };
    current.on('click', pick);
    return () => {
      if (!current.isDisposed()) current.off('click', pick);
    };
  }, [onPick]);

  useEffect(() => chart.current?.setOption(option, { notMerge: true }), [option]);

  return <div ref={host} className={styles.chart} style={height === undefined ? undefined : { height }} role="img" aria-label={label} />;
}
