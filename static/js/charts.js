// Charts: each stands in an element with data-chart, which names the script element that holds its data as JSON.
// The table of the same numbers is on the page already; where ECharts doesn't load, nothing is missing but the picture.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  if (!window.echarts) return;
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--ink").trim();
  const act = style.getPropertyValue("--act").trim();
  document.querySelectorAll("[data-chart]").forEach((place) => {
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    place.hidden = false;
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(courseOf(data, ink, act));
    new ResizeObserver(() => chart.resize()).observe(place);
  });

  function courseOf(data, ink, act) {
    return {
      aria: { enabled: true, label: { description: `${data.name}各期情况，数值见旁边的表。` } },
      animation: false,
      color: [act],
      textStyle: { fontFamily: "inherit", color: ink },
      grid: { left: 8, right: 24, top: 40, bottom: 8, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: said(data.unit) },
      xAxis: { type: "category", data: data.labels.map((label) => label.replace("年", "年\n")), axisLabel: { lineHeight: 18 } },
      yAxis: { type: "value", name: data.unit, minInterval: 1, axisLabel: { formatter: inWan } },
      series: [{
        type: "line", name: data.name, data: data.values, symbolSize: 8,
        label: { show: true, formatter: ({ value }) => inWan(value) },
      }],
    };
  }

  function said(unit) {
    return (value) => (value === null || value === undefined ? "—" : `${value.toLocaleString("zh-CN")}${unit}`);
  }

  // As in the texts: cut, never rounded up.
  function inWan(value) {
    if (Math.abs(value) < 10000) return value.toLocaleString("zh-CN");
    const [base, word] = Math.abs(value) < 1e8 ? [1e4, "万"] : [1e8, "亿"];
    return `${Math.trunc((value / base) * 100) / 100}${word}`;
  }
});
