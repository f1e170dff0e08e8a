// SPDX-License-Identifier: Apache-2.0
#include "analysis/report/first_screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/report/answer.hpp"
#include "analysis/report/html.hpp"
#include "analysis/report/projected.hpp"
#include "analysis/report/scale.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using results::Run;
using results::Status;

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string fact(const Run& run, std::string_view key) {
  for (const auto& [name, value] : run.provenance.environment) {
    if (name == key) return value;
  }
  return {};
}

std::string bytes_fact(const Run& run, std::string_view key) {
  const std::string text = fact(run, key);
  if (text.empty()) return {};
  try {
    return number_for_people(results::number_from_text(text), results::Unit::byte);
  } catch (const std::invalid_argument&) {
    return text;  // shown as the run has it
  }
}

bool any_flag(const Run& run, bool results::Flags::*flag) {
  return std::any_of(run.measurements.begin(), run.measurements.end(), [&](const auto& m) { return m.flags.*flag; });
}

bool virtualised(const Run& run) {
  return fact(run, "virtualised") == "yes" || any_flag(run, &results::Flags::virtualised);
}

// "180 converged, 22 not converged, 9 skipped", best first.
std::string status_counts(const Run& run) {
  constexpr std::array order{Status::converged, Status::not_converged, Status::nonstationary, Status::skipped,
                             Status::failed};
  std::string text;
  for (const Status status : order) {
    const auto count = std::count_if(run.measurements.begin(), run.measurements.end(),
                                     [&](const auto& m) { return m.status == status; });
    if (count == 0) continue;
    std::string name(results::name(status));
    std::replace(name.begin(), name.end(), '_', ' ');
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  }
  return text.empty() ? "none" : text;
}

std::string machine_card(const Run& run) {
  const results::Provenance& who = run.provenance;
  std::string threads = fact(run, "cpu.processors");
  const std::string cores = fact(run, "cpu.cores");
  if (!cores.empty()) threads += (threads.empty() ? "" : " on ") + cores + (cores == "1" ? " core" : " cores");
  const std::array<std::pair<std::string_view, std::string>, 9> lines{{
      {"machine", who.machine},
      {"processor", fact(run, "cpu.model")},
      {"threads", threads},
      {"memory", bytes_fact(run, "memory.total")},
      {"memory limit", bytes_fact(run, "cgroup.memory_limit")},
      {"virtualised", virtualised(run) ? "yes: numbers are of the guest" : "no"},
      {"mode", who.mode},
      {"points", status_counts(run)},
      {"run", who.run_id},
  }};
  std::string out = "<dl class=\"machine\">\n";
  for (const auto& [name, value] : lines) {
    if (!value.empty()) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", name, escape(value));
  }
  return out + "</dl>\n";
}

std::string question(const ReportInput& input) {
  if (!input.question.empty()) return input.question;
  const std::size_t workloads = workloads_of(input.projections).size(), designs = designs_of(input.projections).size();
  if (workloads > 0)
    return fmt::format("How fast would {} decode on {}?", counted(workloads, "workload"), counted(designs, "design"));
  return input.runs.empty() ? "Nothing was asked" : "What does this machine do?";
}

// Without projections the answer is how much was measured.
std::string measured_sentence(const ReportInput& input) {
  if (input.runs.empty()) return "Neither runs nor projections were given, so there is nothing to show yet.";
  std::size_t points = 0, with_samples = 0;
  for (const Run& run : input.runs) {
    points += run.measurements.size();
    with_samples += static_cast<std::size_t>(std::count_if(run.measurements.begin(), run.measurements.end(),
                                                           [](const auto& m) { return !m.samples.empty(); }));
  }
  if (with_samples == 0)
    return fmt::format("None of {} could be measured here; the reasons stand below.", counted(points, "point"));
  return fmt::format("{} of {} were measured. No projections were given.", with_samples, counted(points, "point"));
}

std::string eyebrow(const ReportInput& input) {
  std::string text = "Sextant";
  if (!input.generated.empty()) text += " \u00b7 " + input.generated;
  if (std::any_of(input.runs.begin(), input.runs.end(), [](const Run& r) { return r.provenance.mode == "quick"; })) {
    text += " \u00b7 quick run";
  }
  if (std::any_of(input.runs.begin(), input.runs.end(), virtualised)) text += " \u00b7 virtualised machine";
  return text;
}

std::string contents(const ReportInput& input) {
  const std::string_view validation =
      input.validation.groups.empty() ? "" : "<li><a href=\"#validation\">Validation</a></li>\n";
  return fmt::format(R"(<nav aria-label="Contents"><ul>
<li><a href="#projections">Projections</a></li><li><a href="#measured">Measured</a></li>
{}<li><a href="#parameters">Parameters</a></li><li><a href="#absent">Not measured</a></li>
<li><a href="#environment">Environment</a></li><li><a href="#reading">How to read this page</a></li>
<li><a href="#cite">How to cite</a></li></ul></nav>
)",
                     validation);
}

}  // namespace

std::string page_title(const ReportInput& input) {
  std::string title = "Sextant: " + question(input);
  if (!input.runs.empty()) title += " (" + input.runs.front().provenance.machine + ")";
  return title;
}

std::string first_screen(const ReportInput& input) {
  std::string answer = answer_sentence(input.projections);
  if (answer.empty()) answer = escape(measured_sentence(input));
  std::string out = fmt::format(
      "<header class=\"top\">\n<div class=\"first\">\n<div>\n<p class=\"eyebrow\">{}</p>\n<h1>{}</h1>\n<p "
      "class=\"lead\">{}</p>\n{}</div>\n<div>\n",
      escape(eyebrow(input)), escape(question(input)), answer, contents(input));
  for (const Run& run : input.runs) out += machine_card(run);
  out += "</div>\n";
  const std::string table = answer_table(input.projections);
  if (!table.empty()) out += "<div class=\"answer\">\n" + table + "</div>\n";
  return out + "</div>\n</header>\n";
}

}  // namespace sextant::analysis
