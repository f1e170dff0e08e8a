// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/cross_validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "analysis/model/prefill.hpp"
#include "analysis/validation/component_fit.hpp"
#include "analysis/validation/energy_fit.hpp"
#include "analysis/validation/engine_prediction.hpp"
#include "analysis/validation/flash_fit.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

using Cases = std::vector<const Case*>;

// What the groups are fitted as.
enum class Family { engines, components, energy, flash };

Family family_of(Group group) {
  if (group == Group::energy) return Family::energy;
  if (group == Group::flash) return Family::flash;
  return group <= Group::maxload ? Family::engines : Family::components;
}

Cases of_family(const Cases& cases, Family family) {
  Cases some;
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(some),
               [&](const Case* c) { return family_of(c->group) == family; });
  return some;
}

// Runs of engines are made once for all fits. A case of energy or flash is one too.
class Runs {
 public:
  Runs(const Cases& cases, const Catalogue& catalogue) {
    for (const Case* c : cases) {
      const auto* decoding = std::get_if<Decoding>(&c->what);
      if (decoding && !decoding->model.empty()) runs_.emplace(c, engine_run(*c, catalogue));
    }
  }
  const EngineRun& operator[](const Case* c) const { return runs_.at(c); }

 private:
  std::map<const Case*, EngineRun> runs_;
};

struct Fits {
  EngineFit engines;
  ComponentFit components;
  EnergyFit energy;
  FlashFit flash;
};

class Validator {
 public:
  Validator(const Cases& all, const Catalogue& catalogue, StepFunction step)
      : catalogue_(catalogue), step_(step), runs_(all, catalogue) {}

  // `known`: a fit of more rows, whose parts stand where none of their rows is missing; nullptr: there is none.
  Fits fit(const Cases& rows, const Cases& missing, const Fits* known) const {
    Fits fits = known ? *known : Fits{};
    const bool again = !known || !of_family(missing, Family::engines).empty();
    if (again) {
      std::vector<const EngineRun*> runs;
      for (const Case* c : of_family(rows, Family::engines)) {
        if (runs_[c].refused.empty()) runs.push_back(&runs_[c]);
      }
      // Nothing of `known`: it saw what is missing.
      fits.engines = runs.empty() ? EngineFit{} : fit_engines(runs, step_);
    }
    if (!known || !of_family(missing, Family::components).empty())
      fits.components = fit_components(of_family(rows, Family::components), catalogue_);
    const SetUpOf set_up = set_up_by(fits.engines);
    if (again || !of_family(missing, Family::energy).empty())
      fits.energy = fit_energy(of_family(rows, Family::energy), catalogue_, set_up);
    if (again || !of_family(missing, Family::flash).empty())
      fits.flash = fit_flash(of_family(rows, Family::flash), catalogue_, set_up);
    return fits;
  }

  Predicted predict(const Fits& fits, const Case& c) const {
    switch (family_of(c.group)) {
      case Family::engines: {
        Predicted predicted = analysis::predict(fits.engines, runs_[&c], step_);
        predicted.others = others(fits.engines, c);
        predicted.basis = basis_of(predicted, c);
        return predicted;
      }
      case Family::components:
        return analysis::predict(fits.components, c);
      case Family::energy:
        return analysis::predict(fits.energy, c, catalogue_, set_up_by(fits.engines));
      case Family::flash:
        break;
    }
    return analysis::predict(fits.flash, c, catalogue_, set_up_by(fits.engines));
  }

  Outcome refused(const Fits& fits, const Case& c) const {
    Outcome outcome{&c, {}, OutcomeStatus::refused, c.impossible, c.refused};
    if (family_of(c.group) == Family::engines) outcome.predicted.others = others(fits.engines, c);
    return outcome;
  }

 private:
  // A name that nobody knows may be of any class: it counts as one that others could tell of.
  std::size_t others(const EngineFit& engines, const Case& c) const {
    const bool known = !c.device.empty() && !c.decoding().family.empty();
    return known ? others_of_class(engines, c, catalogue_) : enough_others;
  }

  static std::string basis_of(const Predicted& p, const Case& c) {
    switch (p.transfer) {
      case results::TransferClass::T0:
      case results::TransferClass::T1:
        return "other runs of the same device";
      case results::TransferClass::T2:
        return fmt::format("{} other devices under {}", p.others, c.decoding().family);
      case results::TransferClass::T3:
        return "other engines on such memory";
      default:
        return "other classes of memory";
    }
  }

  // What a fit of decode runs says of a case's step. Fits of energy and flash ask for it again and again.
  SetUpOf set_up_by(const EngineFit& engines) const {
    return [this, &engines, known = std::make_shared<std::map<const Case*, SetUp>>()](const Case& c) {
      const auto found = known->find(&c);
      if (found != known->end()) return found->second;
      const EngineRun& run = runs_[&c];
      const EngineFigures figures = figures_of(effect_values(engines, run.effects), run.age, run.ranks);
      SetUp set_up{workload_with(run, figures), hardware_of(run, figures), 0, log_spread(engines, run)};
      set_up.prefill = prefill_seconds(set_up.workload, set_up.hardware);
      return known->emplace(&c, set_up).first->second;
    };
  }

  const Catalogue& catalogue_;
  StepFunction step_;
  Runs runs_;
};

Outcome predicted(const Case& c, Predicted p, bool in_sample) {
  Outcome outcome{&c, std::move(p), in_sample ? OutcomeStatus::in_sample : OutcomeStatus::predicted, false, {}};
  if (!outcome.predicted.refused.empty()) {
    outcome.status = OutcomeStatus::refused;
    outcome.reason = outcome.predicted.refused;
  }
  return outcome;
}

// Devices and families of engines that are fitted: what the number of parameters is measured by.
std::size_t parameter_bound(const Cases& rows) {
  std::set<std::string> devices, engines;
  for (const Case* c : rows) {
    const auto* decoding = std::get_if<Decoding>(&c->what);
    if (!decoding) continue;
    devices.insert(c->device);
    engines.insert(decoding->family);
  }
  return devices.size() + 3 * engines.size();
}

// What is asked: cases, then the rows that may be fitted, with the fold of each.
struct Question {
  Cases everything;
  std::size_t asked = 0;  // of them cases; the rest are rows
  std::vector<std::string> fold;
  std::map<std::string, std::vector<std::size_t>> cases_of;  // positions of cases, by their fold
  std::set<std::string, std::less<>> fitted_ids;

  Cases rows() const { return {everything.begin() + static_cast<std::ptrdiff_t>(asked), everything.end()}; }
};

Question question_of(const std::vector<Case>& cases, const std::vector<Case>& fit, const Catalogue& catalogue,
                     LeaveOut what) {
  Question q;
  const auto add = [&](const std::vector<Case>& some) {
    for (const Case& c : some) {
      if (c.refused.empty()) q.everything.push_back(&c);
    }
  };
  add(cases);
  q.asked = q.everything.size();
  add(fit);
  if (q.everything.size() == q.asked)
    throw results::InvalidInput("there is nothing to fit on: every row given with --fit is refused, or none was given");
  for (const Case* c : q.rows()) q.fitted_ids.insert(c->id);
  q.fold =
      what == LeaveOut::nothing ? std::vector<std::string>(q.everything.size()) : folds(q.everything, what, catalogue);
  for (std::size_t i = 0; i < q.asked; ++i) q.cases_of[q.fold[i]].push_back(i);
  return q;
}

struct FoldOutcomes {
  Fold fold;
  std::vector<Outcome> outcomes;
};

FoldOutcomes answer(const Question& q, const std::string& name, const Validator& validator, const Fits& whole) {
  Cases rest, missing;
  for (std::size_t i = q.asked; i < q.everything.size(); ++i)
    (!name.empty() && q.fold[i] == name ? missing : rest).push_back(q.everything[i]);
  const Fits fits = missing.empty() ? whole : validator.fit(rest, missing, &whole);
  FoldOutcomes answered;
  for (const std::size_t i : q.cases_of.at(name)) {
    const Case& c = *q.everything[i];
    // Nothing was fitted on a speed-up, whoever holds its row.
    const bool seen = name.empty() && q.fitted_ids.contains(c.id) && c.metric != Metric::speedup;
    answered.outcomes.push_back(predicted(c, validator.predict(fits, c), seen));
  }
  answered.fold = {name, answered.outcomes.size(), fits.engines.index.size()};
  return answered;
}

// All folds, in the order of their names, on every processor.
std::vector<FoldOutcomes> answers(const Question& q, const Validator& validator, const Fits& whole) {
  std::vector<std::string> names;
  for (const auto& [name, positions] : q.cases_of) names.push_back(name);
  std::vector<FoldOutcomes> all(names.size());
  const std::size_t workers = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::future<void>> work;
  for (std::size_t w = 0; w < workers; ++w) {
    work.push_back(std::async(std::launch::async, [&, w] {
      for (std::size_t i = w; i < names.size(); i += workers) all[i] = answer(q, names[i], validator, whole);
    }));
  }
  for (auto& part : work) part.get();
  return all;
}

std::vector<Beside> beside(const Question& q, const std::vector<Case>& cases, const std::vector<Case>& fit,
                           const Catalogue& catalogue, LeaveOut what) {
  if (what == LeaveOut::nothing) return simple_scores(cases, fit, catalogue);
  std::map<std::string, std::string, std::less<>> fold_of;
  for (std::size_t i = 0; i < q.everything.size(); ++i) fold_of.emplace(q.everything[i]->id, q.fold[i]);
  std::vector<Case> same;  // refused cases, and those that the question applies to
  std::copy_if(cases.begin(), cases.end(), std::back_inserter(same),
               [&](const Case& c) { return !c.refused.empty() || !fold_of[c.id].empty(); });
  return simple_scores(same, fit, catalogue, [&](const Case& c) { return fold_of[c.id]; });
}

}  // namespace

Validation validate(const std::vector<Case>& cases, const std::vector<Case>& fit, const Catalogue& catalogue,
                    const ValidationRequest& request) {
  const Question question = question_of(cases, fit, catalogue, request.leave_out);
  const Validator validator(question.everything, catalogue, request.step);
  const Fits whole = validator.fit(question.rows(), {}, nullptr);
  std::map<const Case*, Outcome> outcomes;
  std::vector<Fold> left_out;
  for (FoldOutcomes& answered : answers(question, validator, whole)) {
    if (!answered.fold.left_out.empty()) left_out.push_back(answered.fold);
    for (Outcome& outcome : answered.outcomes) outcomes.emplace(outcome.measured, std::move(outcome));
  }
  std::vector<Outcome> ordered;
  for (const Case& c : cases)
    ordered.push_back(c.refused.empty() ? std::move(outcomes.at(&c)) : validator.refused(whole, c));

  Validation validation = judged(std::move(ordered), catalogue, whole.engines.index.size());
  validation.other_parameters = {parameters(whole.components), parameters(whole.energy), parameters(whole.flash)};
  validation.parameter_bound = parameter_bound(question.rows());
  if (request.leave_out != LeaveOut::nothing)
    validation.left_out = leave_out_names[static_cast<int>(request.leave_out)];
  validation.folds = std::move(left_out);
  if (request.beside) validation.beside = beside(question, cases, fit, catalogue, request.leave_out);
  return validation;
}

}  // namespace sextant::analysis
