// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "results/record/run_fields.hpp"
#include "results/record/summary.hpp"

namespace sextant::results {
namespace {

using Type = Field::Type;

constexpr Role role = Role::summary;

// What a statistic counts in. A figure is in the unit that its row names in the column `unit`.
enum class In { count, ratio, seconds, figure };

// A statistic is a line of this table and a member of Summary; everything else follows from the line.
struct Statistic {
  const char* name;
  In in;
  int since;    // schema version that brought the column
  int defined;  // schema version since which it is computed as it is today: older files are not held to it
  const char* description;
  double (*of)(const Summary&);
};

using S = Summary;
constexpr std::array statistic_table{
    Statistic{"n", In::count, 1, 1, "samples, warm-up apart", [](const S& s) -> double { return s.n; }},
    Statistic{"launches", In::count, 1, 1, "worker processes the samples come from",
              [](const S& s) -> double { return s.launches; }},
    Statistic{"median", In::figure, 1, 1, "of the samples' costs (time per unit of work), converted once",
              [](const S& s) { return s.median; }},
    Statistic{"low", In::figure, 1, 2,
              "lower end of the 95 % interval of the median, from the spread of the launches; empty where there is too "
              "little",
              [](const S& s) { return s.low; }},
    Statistic{"high", In::figure, 1, 2, "upper end of that interval", [](const S& s) { return s.high; }},
    Statistic{"p5", In::figure, 1, 1, "5th percentile of the quantity; empty for n < 59",
              [](const S& s) { return s.p5; }},
    Statistic{"p95", In::figure, 1, 1, "95th percentile of the quantity; empty for n < 59",
              [](const S& s) { return s.p95; }},
    Statistic{"p99", In::figure, 2, 2, "the quantity at the 99th percentile of time; empty for n < 299",
              [](const S& s) { return s.p99; }},
    Statistic{"uncontended", In::figure, 1, 1, "the quantity at the 5th percentile of time: what the hardware can do",
              [](const S& s) { return s.uncontended; }},
    Statistic{"contention", In::ratio, 1, 1, "median time over 5th percentile of time, less one",
              [](const S& s) { return s.contention; }},
    Statistic{"measured_seconds", In::seconds, 1, 1, "duration of all samples, warm-up apart",
              [](const S& s) { return s.measured_seconds; }},
    Statistic{"outliers", In::count, 1, 1, "samples with a modified z-score above 3.5: counted, never dropped",
              [](const S& s) -> double { return s.outliers; }},
    Statistic{"clean", In::count, 2, 2,
              "samples with canaries within 5 % of the run's medians, no involuntary switch, no major fault and a run "
              "delay below 0.5 %; empty without canaries",
              [](const S& s) { return s.clean; }},
    Statistic{"clean_median", In::figure, 2, 2, "median of those alone", [](const S& s) { return s.clean_median; }},
    Statistic{"clean_low", In::figure, 2, 2, "lower end of its 95 % interval", [](const S& s) { return s.clean_low; }},
    Statistic{"clean_high", In::figure, 2, 2, "upper end of that interval", [](const S& s) { return s.clean_high; }},
    Statistic{"launch_share", In::ratio, 2, 2,
              "share of the variance of the launches' medians that more samples in each would not remove",
              [](const S& s) { return s.launch_share; }},
    Statistic{"autocorrelation", In::ratio, 2, 2, "of samples next to each other in a launch",
              [](const S& s) { return s.autocorrelation; }},
    Statistic{"drift_p", In::ratio, 2, 2,
              "smallest p value of the three tests for drift, times three; below 0.03 there is drift",
              [](const S& s) { return s.drift_p; }},
    Statistic{"mode_fast", In::figure, 2, 2, "median of the faster of two modes; empty with one mode",
              [](const S& s) { return s.mode_fast; }},
    Statistic{"mode_slow", In::figure, 2, 2, "median of the slower one", [](const S& s) { return s.mode_slow; }},
    Statistic{"slow_share", In::ratio, 2, 2, "share of the samples in the slower one",
              [](const S& s) { return s.slow_share; }},
    Statistic{
        "states", In::count, 3, 3,
        "states of the machine that hold a tenth of the samples or more; empty without canaries of two processors",
        [](const S& s) { return s.states; }},
    Statistic{"main_share", In::ratio, 3, 3, "share of the samples in the run's main state, that with most time",
              [](const S& s) { return s.main_share; }},
    Statistic{"state_ratio", In::ratio, 3, 3,
              "median time in the other state with most samples over that in the main one; empty for less than six "
              "samples in either",
              [](const S& s) { return s.state_ratio; }},
    Statistic{
        "unsettled", In::count, 3, 3,
        "samples whose canaries before and after differ by more than a factor of 1.2: the state changed meanwhile",
        [](const S& s) { return s.unsettled; }}};

Field field_of(const Statistic& statistic) {
  const Type type = statistic.in == In::count ? Type::integer : Type::number;
  const Unit unit = statistic.in == In::seconds ? Unit::second : statistic.in == In::figure ? Unit::text : Unit::one;
  return {statistic.name, type, unit, role, statistic.description, statistic.since};
}

}  // namespace

std::vector<Field> summary_fields(int version) {
  std::vector<Field> fields{
      {"probe", Type::string, Unit::text, role, "name of the probe, and of its table of raw samples"},
      {"point", Type::string, Unit::text, role, "value on every axis: axis=value, apart by spaces"},
      {"quantity", Type::string, Unit::text, role, "what the figures are"},
      {"unit", Type::string, Unit::text, role,
       "UCUM code of the unit of every figure: of the columns that name no unit of their own"},
      {"status", Type::string, Unit::text, role, "failed, skipped, nonstationary, not_converged or converged"},
      {"flags", Type::string, Unit::text, role, "any of bimodal contended imported interrupted quick virtualised"},
      {"reason", Type::string, Unit::text, role, "one sentence for every status but converged"}};
  for (const Statistic& statistic : statistic_table) {
    if (statistic.since <= version) fields.push_back(field_of(statistic));
  }
  return fields;
}

std::vector<std::pair<std::string, double>> statistics(const Measurement& measurement, const CanaryMedians& medians,
                                                       int version) {
  const Summary summary = summarise(measurement, medians);
  std::vector<std::pair<std::string, double>> list;
  for (const Statistic& statistic : statistic_table) {
    const bool held = statistic.since <= version && statistic.defined <= version;
    if (held) list.emplace_back(statistic.name, statistic.of(summary));
  }
  return list;
}

std::string summary_line(const Measurement& measurement, const CanaryMedians& medians) {
  std::vector<std::string> cells{measurement.probe,
                                 to_text(measurement.point),
                                 measurement.quantity.name,
                                 std::string(code(measurement.quantity.unit)),
                                 std::string(name(measurement.status)),
                                 to_text(measurement.flags),
                                 measurement.reason};
  for (const auto& [column, value] : statistics(measurement, medians)) cells.push_back(number_text(value));
  return csv_line(cells);
}

Measurement measurement_of(const CsvTable& summary, std::size_t row) {
  Measurement measurement;
  measurement.probe = summary.cell(row, "probe");
  measurement.point = summary.converted(row, "point", [](const std::string& text) { return point_from_text(text); });
  measurement.quantity.name = summary.cell(row, "quantity");
  measurement.quantity.unit =
      summary.converted(row, "unit", [](const std::string& text) { return unit_from_code(text); });
  measurement.status = summary.converted(row, "status", [](const std::string& text) { return status_from_name(text); });
  measurement.flags = summary.converted(row, "flags", [](const std::string& text) { return flags_from_text(text); });
  measurement.reason = summary.cell(row, "reason");
  return measurement;
}

}  // namespace sextant::results
