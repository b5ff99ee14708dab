/** A part of a whole: `1.3 %`, `43 %`; `under 0.1 %` where it is not nothing; `0 %` of nothing. */
export function formatPercent(part: number, whole: number): string {
  const percent = whole === 0 ? 0 : (part / whole) * 100;
  if (percent > 0 && percent < 0.05) return 'under 0.1 %';
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : percent.toFixed(1)} %`;
}
