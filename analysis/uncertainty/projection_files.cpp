// SPDX-License-Identifier: Apache-2.0
// Projections for programs: CSV and JSON, in SI units.
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/uncertainty/projection_text.hpp"
#include "results/record/csv.hpp"
#include "results/record/write_file.hpp"

namespace sextant::analysis {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json(const Quantiles& q) { return {{"p5", number(q.p5)}, {"p50", number(q.p50)}, {"p95", number(q.p95)}}; }

Json json(const Term& t) {
  return {{"equation", t.equation},       {"name", t.name},
          {"bytes", number(t.bytes)},     {"bandwidth", number(t.bandwidth)},
          {"seconds", number(t.seconds)}, {"parameter", t.parameter},
          {"source", t.source},           {"transfer_class", t.transfer}};
}

Json json(const ParameterRecord& r) {
  return {{"path", r.path},
          {"value", json(r.value)},
          {"unit", r.unit},
          {"source", r.source},
          {"citation", r.citation},
          {"parameter", r.parameter},
          {"transfer_class", r.transfer},
          {"assumption", r.assumption},
          {"validity", r.validity}};
}

Json handover_json(const Projection& p) {
  if (!p.prefilled_elsewhere) return nullptr;
  return {{"bytes_per_prompt", number(p.handover_bytes)},
          {"seconds_per_prompt", number(p.handover_seconds)},
          {"byte_per_s", number(p.handover_bandwidth)},
          {"prefill_groups", number(p.prefill_groups)}};
}

Json json(const Projection& p) {
  Json phases = Json::array(), terms = Json::array(), influences = Json::array(), parameters = Json::array();
  for (const ParameterRecord& record : p.parameters) parameters.push_back(json(record));
  for (const Phase& phase : p.phases) phases.push_back({{"name", phase.name}, {"seconds", json(phase.seconds)}});
  for (const Term& term : p.terms) terms.push_back(json(term));
  for (const Influence& i : p.influences) {
    influences.push_back({{"parameter", i.parameter}, {"share", number(i.share)}, {"transfer_class", i.transfer}});
  }
  return {{"workload", p.workload},
          {"model", p.model},
          {"design", p.design},
          {"design_title", p.design_title},
          {"proposed", p.proposed},
          {"set_by_hand", p.set_by_hand},
          {"execution", p.execution},
          {"batch", number(p.batch)},
          {"context", number(p.context)},
          {"devices", number(p.devices)},
          {"refused", p.refused},
          {"fits", p.fits},
          {"reason", p.reason},
          {"capacity_needed_byte", number(p.capacity_needed)},
          {"capacity_available_byte", number(p.capacity_available)},
          {"bound_by", p.bound_by},
          {"time_per_token_s", json(p.time_per_token)},
          {"tokens_per_s_user", json(p.tokens_per_second_user)},
          {"tokens_per_s_total", json(p.tokens_per_second_total)},
          {"split", p.split},
          {"largest_batch", number(p.largest_batch)},
          {"knee_batch", number(p.knee_batch)},
          {"tokens_per_step", number(p.tokens_per_step)},
          {"energy_per_token_j", json(p.energy_per_token)},
          {"power_per_device_w", number(p.power)},
          {"lifetime_years", json(p.lifetime_years)},
          {"worn", p.worn},
          {"operational_intensity", number(p.intensity)},
          {"capacity_footprint_byte", number(p.footprint)},
          {"bandwidth_over_footprint_per_s", number(p.sweep_rate)},
          {"handover", handover_json(p)},
          {"phases", std::move(phases)},
          {"transfer_class", p.transfer_class},
          {"range_only", p.range_only},
          {"influences", std::move(influences)},
          {"parameters", std::move(parameters)},
          {"assumptions", p.assumptions},
          {"terms", std::move(terms)}};
}

void append(std::vector<std::string>& cells, const Quantiles& q) {
  for (const double value : {q.p5, q.p50, q.p95}) cells.push_back(results::number_text(value));
}

}  // namespace

std::string projections_json(const std::vector<Projection>& projections) {
  Json list = Json::array();
  for (const Projection& p : projections) list.push_back(json(p));
  return Json{{"projections", std::move(list)}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string projection_csv(const std::vector<Projection>& projections) {
  std::vector<std::string> header{
      "workload", "model",  "design",          "execution",          "batch",   "context", "devices",
      "fits",     "reason", "capacity_needed", "capacity_available", "bound_by"};
  for (const char* quantity : {"time_per_token", "tokens_per_second_user", "tokens_per_second_total"}) {
    for (const char* share : {"_p5", "_p50", "_p95"}) header.push_back(std::string(quantity) + share);
  }
  header.insert(header.end(), {"transfer_class", "range_only", "proposed", "split", "tokens_per_step"});
  for (const char* quantity : {"energy_per_token", "lifetime_years"}) {
    for (const char* share : {"_p5", "_p50", "_p95"}) header.push_back(std::string(quantity) + share);
  }
  header.insert(header.end(), {"worn", "power_per_device", "operational_intensity", "capacity_footprint"});
  std::string text = results::csv_line(header);
  for (const Projection& p : projections) {
    std::vector<std::string> cells{p.workload,
                                   p.model,
                                   p.design,
                                   p.execution,
                                   results::number_text(p.batch),
                                   results::number_text(p.context),
                                   results::number_text(p.devices),
                                   p.fits ? "true" : "false",
                                   p.reason,
                                   results::number_text(p.capacity_needed),
                                   results::number_text(p.capacity_available),
                                   p.bound_by};
    append(cells, p.time_per_token);
    append(cells, p.tokens_per_second_user);
    append(cells, p.tokens_per_second_total);
    cells.insert(cells.end(), {p.transfer_class, p.range_only ? "true" : "false", p.proposed ? "true" : "false",
                               p.split, results::number_text(p.tokens_per_step)});
    append(cells, p.energy_per_token);
    append(cells, p.lifetime_years);
    cells.insert(cells.end(), {p.worn, results::number_text(p.power), results::number_text(p.intensity),
                               results::number_text(p.footprint)});
    text += results::csv_line(cells);
  }
  return text;
}

void write_projection_csv(const std::filesystem::path& file, const std::vector<Projection>& projections) {
  results::replace_file(file, projection_csv(projections));
}

}  // namespace sextant::analysis
