// SPDX-License-Identifier: Apache-2.0
// Draws every chart from the specification beside it and folds the table below. Without this script, or when one chart
// fails, its table simply stays open: nothing on the page depends on a picture.
(function () {
  'use strict';
  if (!window.vega || !window.vegaLite) return;
  document.querySelectorAll('.chart').forEach(function (chart) {
    var source = chart.querySelector('script.spec');
    var plot = chart.querySelector('.plot');
    if (!source || !plot) return;
    try {
      plot.parentNode.classList.add('drawn'); // the width is read from the page, so it must be visible first
      var compiled = vegaLite.compile(JSON.parse(source.textContent)).spec;
      var view = new vega.View(vega.parse(compiled), {renderer: 'svg', container: plot, logLevel: vega.Error});
      view.tooltip(function (handler, event, item, value) {
        plot.title = value === null || value === undefined || value === '' ? '' : String(value);
      });
      view.runAsync().then(function () {
        var details = chart.querySelector('details');
        if (details) details.open = false;
      });
    } catch (error) {
      plot.parentNode.classList.remove('drawn');
      console.error(error);
    }
  });

  // Paper cannot be unfolded.
  var folded = [];
  window.addEventListener('beforeprint', function () {
    folded = Array.from(document.querySelectorAll('details:not([open])'));
    folded.forEach(function (details) { details.open = true; });
  });
  window.addEventListener('afterprint', function () {
    folded.forEach(function (details) { details.open = false; });
  });
})();
