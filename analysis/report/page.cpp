// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/report/assets.hpp"
#include "analysis/report/contents.hpp"
#include "analysis/report/first_screen.hpp"
#include "analysis/report/html.hpp"
#include "analysis/report/measured.hpp"
#include "analysis/report/parameters.hpp"
#include "analysis/report/projected.hpp"
#include "analysis/report/report.hpp"
#include "analysis/report/validated.hpp"

namespace sextant::analysis {
namespace {

std::string charts_html(const std::vector<Chart>& charts) {
  std::string out;
  for (const Chart& chart : charts) out += chart_html(chart, charts_built());
  return out;
}

std::string run_label(const results::Run& run) { return run.provenance.machine + ", " + run.provenance.run_id; }

std::string projections_section(const ReportInput& input) {
  std::string out = "<h2 id=\"projections\">Projections</h2>\n";
  if (input.projections.empty()) {
    return out + "<p>None were given: <code>sextant project</code> makes them from a profile.</p>\n";
  }
  out += "<p class=\"note\">";
  if (charts_built()) {
    out +=
        "Each line spans P5 to P95 of the draws, the diamond stands at the median; what is measured is drawn as "
        "circles further down. The axis of speeds is logarithmic and the same for every workload. Bars cut the median "
        "step into phases that add up to it.";
  } else {
    out += "P5, P50 and P95 are quantiles of the draws. The phases of a step add up to its median.";
  }
  out += " A proposed design is one that nobody has built.</p>\n";
  for (const std::string& workload : workloads_of(input.projections)) {
    out += fmt::format("<h3>{}</h3>\n<div class=\"pair\">\n{}</div>\n", escape(workload),
                       charts_html(projected_charts(input.projections, workload)));
    for (const Projection& p : input.projections) {
      if (p.workload != workload || p.fits) continue;
      out += fmt::format("<p class=\"small\"><strong>{}</strong> {}: {}</p>\n", escape(label_of(p, input.projections)),
                         p.refused.empty() ? "cannot hold it" : "is refused", escape(p.reason));
    }
  }
  out += "<h3>How far the figures have travelled</h3>\n<ul class=\"small\">\n";
  for (const std::string_view name : {"T0", "T1", "T2", "T3", "T4", "T5", "T6"}) {
    out += fmt::format("<li>{}: {}</li>\n", name, transfer_in_words(name));
  }
  out += "</ul>\n";
  const HtmlTable assumptions = assumptions_of(input.projections);
  if (!assumptions.rows.empty()) {
    out += details_html(fmt::format("Assumptions ({})", assumptions.rows.size()), assumptions, true);
  }
  return out;
}

std::string measured_section(const ReportInput& input) {
  std::string out = "<h2 id=\"measured\">Measured</h2>\n";
  if (input.runs.empty()) return out + "<p>No run was given.</p>\n";
  out += "<p class=\"note\">";
  if (charts_built()) {
    out +=
        "Each point is the median of repeated samples, the line through it its 95 % interval, by what differed between launches. "
        "Filled points have converged, open ones have not. Dotted rules are cache sizes as the system states them; "
        "dashed lines are bounds.";
  } else {
    out += "Each figure is the median of repeated samples, with its 95 % interval, by what differed between launches.";
  }
  out += "</p>\n";
  for (std::size_t i = 0; i < input.runs.size(); ++i) {
    const std::vector<Chart> charts = charts_of_run(input, i);
    if (input.runs.size() > 1) out += fmt::format("<h3>{}</h3>\n", escape(run_label(input.runs[i])));
    if (charts.empty()) out += "<p>No point of this run has a sample.</p>\n";
    out += charts_html(charts);
  }
  return out;
}

std::string absent_section(const ReportInput& input) {
  std::string out = "<h2 id=\"absent\">Not measured</h2>\n";
  if (input.runs.empty()) return out + "<p>No run was given.</p>\n";
  bool any = false;
  for (const results::Run& run : input.runs) {
    HtmlTable table = not_measured(run);
    if (table.rows.empty()) continue;
    any = true;
    if (input.runs.size() > 1) table.caption += ": " + run_label(run);
    out += table_html(table);
  }
  return any ? out : out + "<p>Everything that was asked for was measured.</p>\n";
}

std::string environment_section(const ReportInput& input) {
  std::string out = "<h2 id=\"environment\">Environment</h2>\n";
  if (input.runs.empty()) return out + "<p>No run was given.</p>\n";
  for (const results::Run& run : input.runs) {
    const results::Provenance& who = run.provenance;
    if (input.runs.size() > 1) out += fmt::format("<h3>{}</h3>\n", escape(run_label(run)));
    if (who.warnings.empty()) {
      out += "<p>Nothing in the environment gave reason for a warning.</p>\n";
    } else {
      out += "<ul class=\"warnings\">\n";
      for (const std::string& warning : who.warnings) out += fmt::format("<li>{}</li>\n", escape(warning));
      out += "</ul>\n";
    }
    HtmlTable facts{"What the system said about itself", {"fact", "value"}, {false, false}, {}};
    for (const auto& [key, value] : who.environment) facts.rows.push_back({{key}, {value}});
    if (!facts.rows.empty()) out += details_html(fmt::format("All facts ({})", facts.rows.size()), facts, false);
  }
  return out;
}

constexpr std::string_view reading = R"(<h2 id="reading">How to read this page</h2>
<ul>
<li><strong>Measured</strong> numbers were taken on the machine named above. The middle is the median; the interval
holds it with 95 % confidence and assumes no distribution. No sample was dropped.</li>
<li><strong>Projected</strong> numbers come out of a model that is fed with measured, fitted and cited parameters.
Their interval runs from the 5th to the 95th percentile of the draws. That of a time or a rate covers what the
parameters leave open and, where the assumptions say so, what the model itself missed on published runs; the others cover
the parameters alone.</li>
<li>The <strong>class</strong> T0 to T6 says how far the figures behind a projection were carried from where they were
measured. T5 and T6 speak of silicon that nobody has measured; where they hold more than half of the
parameters' spread, only the range is given. A <strong>proposed</strong> design stays one whatever its class: its time may hang on figures of a machine
that exists.</li>
<li><strong>Not converged</strong> means that the time was spent before the interval was narrow enough; the number
stands with the interval it has. <strong>Virtualised</strong> and <strong>quick</strong> runs show that the instrument
works. They are not reference data.</li>
<li>A cache size that the system states is shown as a claim. No footprint was chosen by it.</li>
<li>Prefixes are decimal (1 GB/s is 10<sup>9</sup> bytes per second); KiB, MiB and GiB are used for sizes that are
whole powers of two.</li>
</ul>
)";

std::string citation_section(const ReportInput& input) {
  std::string out = "<h2 id=\"cite\">How to cite</h2>\n<pre class=\"cite\">";
  out += escape(fmt::format("Sextant{}{}: measured and projected LLM decode.",
                            input.version.empty() ? "" : " " + input.version,
                            input.generated.empty() ? "" : ", report of " + input.generated));
  for (const results::Run& run : input.runs) {
    const results::Provenance& who = run.provenance;
    out += escape(fmt::format("\nRun {} on machine {}, {}, mode {}, seed {}{}. Data: {}.", who.run_id, who.machine,
                              who.started, who.mode, who.seed,
                              who.source.empty() ? "" : ", imported from " + who.source, who.licence));
  }
  if (!input.profile.machine.empty()) out += escape(fmt::format("\nProfile of machine {}.", input.profile.machine));
  return out + "</pre>\n";
}

std::string footer() {
  std::string out = "<footer><p>This page is one file. It loads nothing and sends nothing.";
  if (charts_built()) {
    out += " The pictures are drawn by Vega and Vega-Lite, whose licences stand in the source of this page.";
  } else {
    out +=
        " <strong>Charts were not built</strong> into this program (npm was missing when it was compiled), so the page "
        "shows tables only.";
  }
  return out + "</p></footer>\n";
}

std::string scripts() {
  if (!charts_built()) return {};
  std::string out = "<script type=\"text/plain\" id=\"licences\">" + inside_script(assets::licences()) + "</script>\n";
  for (const std::string_view code : {assets::vega_js(), assets::vega_lite_js(), assets::page_js()}) {
    out += "<script>" + inside_script(code) + "</script>\n";
  }
  return out;
}

}  // namespace

bool charts_built() { return !assets::vega_js().empty() && !assets::vega_lite_js().empty(); }

std::vector<Chart> charts_of_run(const ReportInput& input, std::size_t run) {
  return measured_charts(input.runs[run], input, input.runs.size() > 1 ? fmt::format("run{}", run + 1) : "");
}

std::vector<Chart> all_charts(const ReportInput& input) {
  std::vector<Chart> charts;
  for (const std::string& workload : workloads_of(input.projections)) {
    for (Chart& chart : projected_charts(input.projections, workload)) charts.push_back(std::move(chart));
  }
  for (std::size_t i = 0; i < input.runs.size(); ++i) {
    for (Chart& chart : charts_of_run(input, i)) charts.push_back(std::move(chart));
  }
  for (Chart& chart : validated_charts(input.validation)) charts.push_back(std::move(chart));
  return charts;
}

std::string report_html(const ReportInput& input) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      // The page cannot reach the network even if something in it tried. Vega compiles expressions, hence unsafe-eval.
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline' 'unsafe-eval'; img-src data:\">\n";
  out += fmt::format("<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n", escape(page_title(input)),
                     assets::page_css());
  out += first_screen(input);
  out += "<main>\n" + projections_section(input) + measured_section(input) + validation_section(input.validation);
  out += "<h2 id=\"parameters\">Parameters</h2>\n" + parameters_html(input.profile);
  out +=
      absent_section(input) + environment_section(input) + std::string(reading) + citation_section(input) + "</main>\n";
  return out + footer() + scripts() + "</body>\n</html>\n";
}

}  // namespace sextant::analysis
