// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/model/projection.hpp"
#include "analysis/report/validated.hpp"
#include "results/record/profile.hpp"
#include "results/record/run.hpp"

// The report: one HTML page that needs nothing but itself. Charts are Vega-Lite specifications, so that what is drawn
// is data which tests can read; the page works without them, because every chart is followed by its table.
namespace sextant::analysis {

// A ceiling that measured points are held against: a datasheet peak, a roofline.
struct Bound {
  std::string probe;  // "memory.read": drawn in the charts of this probe
  std::string label;  // "datasheet: 8 channels of DDR5-4800"
  double value = 0;   // in the unit of the probe's quantity
};

// A cache size as the system states it; drawn as a rule beside what was measured, never used to choose footprints.
struct ClaimedCache {
  std::string label;  // "L2 as stated"
  double bytes = 0;
};

struct ReportInput {
  std::vector<results::Run> runs = {};
  results::Profile profile = {};
  std::vector<Projection> projections = {};
  ValidationView validation = {};  // no groups: the page does not speak of it
  std::vector<Bound> bounds = {};
  std::vector<ClaimedCache> caches = {};  // empty: taken from the environment and the topology of the runs
  std::string question = {};              // what was asked, in words; empty: said from the projections
  std::string generated = {};             // when, ISO 8601 UTC; the page never reads the clock
  std::string version = {};               // of Sextant
};

// The whole page. Pure: the same input gives the same bytes. Never throws for missing pieces; a part with nothing to
// show says so.
std::string report_html(const ReportInput& input);

// True when the chart bundles were built into this program (npm was there).
bool charts_built();

struct Figures {
  std::vector<std::filesystem::path> files;  // what was written
  std::string skipped;                       // why no SVG was drawn; empty when they were
};

// Writes every chart as NAME.vl.json and, where `node` can be run, as NAME.svg. Creates the folder; throws
// results::WriteError when a file cannot be written or node ends with an error.
Figures report_figures(const ReportInput& input, const std::filesystem::path& folder, const std::string& node = "node");

}  // namespace sextant::analysis
