import { App as AntApp, ConfigProvider, theme, type ThemeConfig } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { createContext, useContext, useLayoutEffect, useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { dark, fontCode, fontText, light, type Palette } from './palette';
import { useDark, useStill } from './preference';

const PaletteContext = createContext<Palette>(light);

/** The colours of the page as it is, for what is not styled by CSS: charts and the editor. */
export function usePalette(): Palette {
  return useContext(PaletteContext);
}

function antTheme(palette: Palette, isDark: boolean, isStill: boolean): ThemeConfig {
  return {
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      colorPrimary: palette.track,
      colorInfo: palette.blue,
      colorSuccess: palette.good,
      colorWarning: palette.warn,
      colorError: palette.bad,
      colorText: palette.text,
      colorTextSecondary: palette.muted,
      colorTextTertiary: palette.faint,
      colorTextPlaceholder: palette.faint,
      colorBgBase: palette.surface,
      colorBgContainer: palette.surface,
      colorBgElevated: isDark ? palette.raised : palette.surface,
      colorBgLayout: palette.ground,
      colorBorder: palette.border,
      colorBorderSecondary: palette.hairline,
      colorLink: palette.track,
      fontFamily: fontText,
      fontFamilyCode: fontCode,
      fontSize: 13,
      borderRadius: 5,
      controlHeight: 30,
      wireframe: false,
      // Told so, a part does not wait for the end of a movement: one of no length may be over before it is waited for,
      // and a dialog would then stay over the page.
      motion: !isStill,
    },
    components: {
      // White on the dark theme's light green would be too faint to read.
      Button: isDark ? { primaryColor: palette.ground } : {},
      Tabs: { horizontalItemPadding: '10px 2px', horizontalItemGutter: 22, horizontalMargin: '0' },
      Segmented: { trackBg: palette.hairline },
      Tooltip: { colorBgSpotlight: isDark ? '#2e3734' : '#27302c' },
    },
  };
}

/** Puts the palette on the page's root as CSS variables: `--track-soft` for `trackSoft`. */
function useCssVariables(palette: Palette, isDark: boolean): void {
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    for (const [name, colour] of Object.entries(palette)) {
      style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, colour);
    }
    style.setProperty('--font-text', fontText);
    style.setProperty('--font-code', fontCode);
    style.colorScheme = isDark ? 'dark' : 'light';
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  }, [palette, isDark]);
}

/** Colours, fonts and the words of Ant Design's own parts. */
export function AppTheme({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const isDark = useDark();
  const isStill = useStill();
  const palette = isDark ? dark : light;
  const config = useMemo(() => antTheme(palette, isDark, isStill), [palette, isDark, isStill]);
  useCssVariables(palette, isDark);
  dayjs.locale(i18n.language === 'en' ? 'en' : 'zh-cn');
  return (
    <PaletteContext value={palette}>
      <ConfigProvider locale={i18n.language === 'en' ? enUS : zhCN} theme={config} componentSize="small">
        <AntApp component={false}>{children}</AntApp>
      </ConfigProvider>
    </PaletteContext>
  );
}
