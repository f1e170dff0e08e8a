// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison/notes.hpp"

#include <fmt/format.h>

namespace sextant::analysis {
namespace {

using results::Measurement;
using results::Provenance;
using results::Status;

void add_marks(const std::string& side, const Measurement& measurement, std::vector<std::string>& marks) {
  // Other tools have no stopping rule, so none of theirs can have been kept.
  if (measurement.status == Status::not_converged && !measurement.flags.imported)
    marks.push_back(side + " not converged");
  if (measurement.status == Status::nonstationary) marks.push_back(side + " nonstationary");
  if (measurement.flags.contended) marks.push_back(side + " contended");
  if (measurement.flags.bimodal) marks.push_back(side + " bimodal");
  if (measurement.flags.interrupted) marks.push_back(side + " cut short");
}

bool known(const Provenance& provenance) { return provenance.machine != "unknown" && !provenance.machine.empty(); }

}  // namespace

std::string version_of(const results::Run& run) {
  for (const auto& [key, text] : run.provenance.environment) {
    if (key == "build.version") return text;
  }
  return {};
}

std::vector<std::string> notes_on(const Named& a, const Named& b) {
  const Provenance& base = a.run.provenance;
  const Provenance& fresh = b.run.provenance;
  std::vector<std::string> notes;
  if (known(base) && known(fresh) && base.machine != fresh.machine) {
    notes.push_back(fmt::format("A was measured on {} and B on {}: the ratios hold the difference of the machines.",
                                base.machine, fresh.machine));
  }
  if (base.run_id == fresh.run_id && base.started == fresh.started && base.source == fresh.source) {
    notes.push_back("A and B are the same run.");
  } else {
    notes.push_back(
        "A and B are two sessions: the ratios hold what differed between the sessions too, which no interval here "
        "covers.");
  }
  const std::string from = version_of(a.run), to = version_of(b.run);
  if (!from.empty() && !to.empty() && from != to) {
    notes.push_back(
        fmt::format("Sextant {} measured A and Sextant {} B: a probe may have changed between them.", from, to));
  }
  if (base.mode != fresh.mode) {
    notes.push_back(fmt::format("A is a {} run and B a {} one: the shorter one stopped earlier and was warmed up less.",
                                base.mode, fresh.mode));
  }
  for (const auto& [side, state] : {std::pair{"A", base.state}, std::pair{"B", fresh.state}}) {
    if (state == results::State::running)
      notes.push_back(fmt::format("{} is still marked as running: what is there so far is compared.", side));
    if (state == results::State::interrupted)
      notes.push_back(fmt::format("{} was interrupted: what is there is compared.", side));
  }
  return notes;
}

std::vector<std::string> marks_of(const Measurement& a, const Measurement& b) {
  std::vector<std::string> marks;
  add_marks("A", a, marks);
  add_marks("B", b, marks);
  return marks;
}

}  // namespace sextant::analysis
