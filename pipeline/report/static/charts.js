// The charts of the overview, drawn by Chart.js from the figures that stand in the tables beside them.
"use strict";
(() => {
  const { $, say } = window.GH, { scores, months } = window.__charts;
  const ink = "#1d2433", soft = "#d9dee8";
  // twelve tints that stay apart in print and for most who see colours differently
  const TINTS = ["#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677", "#aa3377", "#999933", "#44aa99", "#882255", "#88ccee", "#ddcc77", "#999999"];
  Object.assign(Chart.defaults, { animation: false, color: ink, maintainAspectRatio: false, borderColor: soft });
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const whole = { beginAtZero: true, ticks: { precision: 0 } }, drawn = [];

  // The sum stands above each bar: a print has no pointer to ask with.
  const sums = {
    id: "sums",
    afterDatasetsDraw(chart) {
      const { ctx, data } = chart, shown = data.datasets.map((_, i) => i).filter((i) => chart.isDatasetVisible(i));
      if (!shown.length) return;
      ctx.save();
      Object.assign(ctx, { fillStyle: ink, textAlign: "center", textBaseline: "bottom", font: "12px " + Chart.defaults.font.family });
      data.labels.forEach((_, at) => {
        const sum = shown.reduce((all, i) => all + data.datasets[i].data[at], 0);
        const bar = chart.getDatasetMeta(shown[shown.length - 1]).data[at];
        if (sum && bar) ctx.fillText(String(sum), bar.x, chart.scales.y.getPixelForValue(sum) - 2);
      });
      ctx.restore();
    },
  };
  function bars(id, labels, datasets, options) {
    const config = { type: "bar", data: { labels, datasets }, plugins: [sums],
      options: { layout: { padding: { top: 18 } }, scales: { x: { stacked: true, grid: { display: false } }, y: { stacked: true, ...whole } }, ...options } };
    drawn.push(new Chart($(id), config));
  }
  bars("chart-scores", scores.labels, [{ label: say.documents_of, data: scores.values, backgroundColor: TINTS[0] }], { plugins: { legend: { display: false } } });
  bars("chart-months", months.labels, months.kinds.map(([name, values], i) => ({ label: name, data: values, backgroundColor: TINTS[i % TINTS.length] })),
    { plugins: { legend: { position: "bottom", labels: { boxWidth: 12 } } } });
  // A canvas does not reflow by itself when the page becomes a sheet of paper.
  window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize(600, 260)));
  window.addEventListener("afterprint", () => drawn.forEach((chart) => chart.resize()));
})();
