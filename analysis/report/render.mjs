// SPDX-License-Identifier: Apache-2.0
// node render.mjs NAME.vl.json...: draws each as NAME.svg beside it. The bundles lie in node_modules beside this file.
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const require = createRequire(import.meta.url);
const vega = require('vega');
const vegaLite = require('vega-lite');

for (const file of process.argv.slice(2)) {
  const spec = JSON.parse(readFileSync(file, 'utf8'));
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), {renderer: 'none', logLevel: vega.Error});
  writeFileSync(file.replace(/\.vl\.json$/, '.svg'), await view.toSVG());
  view.finalize();
}
