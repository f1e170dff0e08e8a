// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/component_fit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/validation/case_reader.hpp"
#include "results/statistics/order_statistics.hpp"

namespace sextant::analysis {
namespace {

using ::testing::HasSubstr;
using Rows = std::vector<const Case*>;

const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  return loaded;
}

// The shipped component rows.
const std::vector<Case>& shipped() {
  static const std::vector<Case> cases = read_cases({SEXTANT_SOURCE_DIR "/results/reference/components"}, catalogue());
  return cases;
}

// What tells matrices and sizes apart.
double size_of(const Case& one) {
  if (const auto* product = std::get_if<Product>(&one.what)) return product->bytes + product->n;
  if (const auto* attention = std::get_if<AttentionCall>(&one.what)) return attention->bytes;
  return std::get<CollectiveCall>(one.what).bytes;
}

template <class Wanted>
Rows rows_if(Wanted wanted) {
  Rows rows;
  for (const Case& one : shipped()) {
    if (one.refused.empty() && wanted(one)) rows.push_back(&one);
  }
  return rows;
}

Rows of_group(Group group) {
  return rows_if([&](const Case& one) { return one.group == group; });
}

struct Score {
  std::vector<double> errors;
  double inside = 0;
  double median() const { return results::median_of(errors); }
  double coverage() const { return inside / double(errors.size()); }
};

void judge(const ComponentFit& fit, const Rows& rows, Score& score) {
  for (const Case* one : rows) {
    const Predicted predicted = predict(fit, *one);
    ASSERT_EQ(predicted.refused, "") << one->id;
    score.errors.push_back(std::abs(predicted.value / one->measured - 1));
    score.inside += predicted.low <= one->measured && one->measured <= predicted.high;
  }
}

// What the rows of one curve (of one family of matrices) share.
std::string curve_of(const Case& one) {
  if (const auto* product = std::get_if<Product>(&one.what)) return one.device + product->library + product->type;
  if (const auto* attention = std::get_if<AttentionCall>(&one.what))
    return one.device + attention->library + attention->type;
  const auto& collective = std::get<CollectiveCall>(one.what);
  return one.device + collective.library + collective.operation + std::to_string(collective.ranks);
}

// Every other size of each curve, then the others.
Score alternate(Group group) {
  const Rows rows = of_group(group);
  std::map<std::string, std::set<double>> sizes;
  for (const Case* one : rows) sizes[curve_of(*one)].insert(size_of(*one));
  Score score;
  for (const bool even : {false, true}) {
    Rows fitted, rest;
    for (const Case* one : rows) {
      const std::set<double>& curve = sizes[curve_of(*one)];
      const auto rank = std::distance(curve.begin(), curve.find(size_of(*one)));
      ((rank % 2 == 0) == even ? fitted : rest).push_back(one);
    }
    judge(fit_components(fitted, catalogue()), rest, score);
  }
  return score;
}

Score device_out(Group group) {
  const Rows rows = of_group(group);
  std::set<std::string> devices;
  for (const Case* one : rows) devices.insert(one->device);
  Score score;
  for (const std::string& device : devices) {
    Rows fitted, rest;
    for (const Case* one : rows) (one->device == device ? rest : fitted).push_back(one);
    judge(fit_components(fitted, catalogue()), rest, score);
  }
  return score;
}

TEST(ComponentFit, PredictsShapesOfADeviceFromItsOthers) {
  EXPECT_LT(alternate(Group::gemm).median(), 0.10);
  EXPECT_LT(alternate(Group::attention).median(), 0.12);
  EXPECT_LT(alternate(Group::collectives).median(), 0.04);
}

TEST(ComponentFit, IntervalsHoldOnShapesNotFitted) {
  for (const Group group : {Group::gemm, Group::attention, Group::collectives}) {
    const double coverage = alternate(group).coverage();
    EXPECT_GT(coverage, 0.80) << group_names[std::size_t(group)];
    EXPECT_LT(coverage, 0.97) << group_names[std::size_t(group)];
  }
}

TEST(ComponentFit, IntervalsHoldOnDevicesNotFitted) {
  for (const Group group : {Group::gemm, Group::attention, Group::collectives}) {
    const double coverage = device_out(group).coverage();
    EXPECT_GT(coverage, 0.80) << group_names[std::size_t(group)];
    EXPECT_LT(coverage, 0.97) << group_names[std::size_t(group)];
  }
}

double twice(double overhead, double bytes, double bandwidth, double flops, double rate, double exponent) {
  return overhead + 2 * kernel_seconds(0, bytes, bandwidth, flops, rate, exponent);
}
double without_arithmetic(double overhead, double bytes, double bandwidth, double, double, double) {
  return overhead + bytes / bandwidth;
}
CollectiveTime no_latency(const Interconnect& net, double ranks, double bytes) {
  CollectiveTime time = all_reduce(net, ranks, bytes);
  time.latency = 0;
  return time;
}

TEST(ComponentFit, PredictsByTheEquationsOfTheModel) {
  const Rows products = of_group(Group::gemm);
  ComponentFit fit = fit_components(products, catalogue());
  const Case& one = *products.front();
  const double before = predict(fit, one).value;
  fit.calls[0].equations.kernel = twice;
  EXPECT_GT(predict(fit, one).value, 1.2 * before);

  Rows others = rows_if([](const Case& c) { return c.group == Group::gemm && c.device != "b200-sxm"; });
  const Rows unseen = rows_if([](const Case& c) {
    return c.group == Group::gemm && c.device == "b200-sxm" && std::get<Product>(c.what).rows >= 256;
  });
  Equations broken;
  broken.kernel = without_arithmetic;
  Score whole, missing;
  judge(fit_components(others, catalogue()), unseen, whole);
  judge(fit_components(others, catalogue(), broken), unseen, missing);
  EXPECT_GT(missing.median(), 1.3 * whole.median());

  const Rows reductions = of_group(Group::collectives);
  fit = fit_components(reductions, catalogue());
  const auto small = std::find_if(reductions.begin(), reductions.end(), [](const Case* c) {
    return std::get<CollectiveCall>(c->what).operation == "allreduce" && std::get<CollectiveCall>(c->what).ranks == 8;
  });
  ASSERT_NE(small, reductions.end());
  const double with_latency = predict(fit, **small).value;
  fit.calls[2].equations.all_reduce = no_latency;
  EXPECT_LT(predict(fit, **small).value, 0.95 * with_latency);
}

TEST(ComponentFit, WidensWithEachStepAwayFromWhatWasFitted) {
  const Rows seen = rows_if([](const Case& c) { return c.group == Group::gemm && c.device != "a100-sxm-80"; });
  const ComponentFit fit = fit_components(seen, catalogue());
  Case one = *of_group(Group::gemm).front();
  const auto width = [&] {
    const Predicted predicted = predict(fit, one);
    return predicted.high / predicted.low;
  };
  one.device = one.accelerator = "h100-sxm";
  const double same_device = width();
  one.device = one.accelerator = "a100-sxm-80";
  const double other_device = width();
  std::get<Product>(one.what).library = "sglang";
  const double other_library = width();
  EXPECT_LT(same_device, other_device);
  EXPECT_LT(other_device, other_library);
  EXPECT_EQ(predict(fit, one).transfer, results::TransferClass::T4);
  EXPECT_THAT(predict(fit, one).basis, HasSubstr("bf16 under"));
}

TEST(ComponentFit, RefusesWhatItHasNothingFor) {
  const ComponentFit none = fit_components({}, catalogue());
  EXPECT_EQ(parameters(none), 0u);
  EXPECT_THAT(predict(none, *of_group(Group::gemm).front()).refused, HasSubstr("could borrow from"));
  EXPECT_THAT(predict(none, *of_group(Group::memory).front()).refused, HasSubstr("no fitted device"));
  Case ring = *of_group(Group::collectives).front();
  std::get<CollectiveCall>(ring.what).operation = "scan";
  EXPECT_THAT(predict(none, ring).refused, HasSubstr("no operation scan"));
  Case decode;
  EXPECT_THROW(predict(none, decode), std::invalid_argument);
}

TEST(ComponentFit, RefusedRowsTeachNothing) {
  const Rows rows = of_group(Group::memory);
  std::vector<Case> copies;
  for (const Case* row : rows) copies.push_back(*row);
  Rows all;
  for (Case& copy : copies) {
    copy.refused = "beats physics";
    all.push_back(&copy);
  }
  EXPECT_EQ(parameters(fit_components(all, catalogue())), 0u);
}

TEST(ComponentFit, ADeviceThatReadsSlowlyIsExpectedToCopySlowly) {
  Rows rows = of_group(Group::memory);
  std::vector<Case> copies(
      3, **std::find_if(rows.begin(), rows.end(), [](const Case* c) { return c->metric == Metric::bandwidth; }));
  const char* kernels[] = {"stream_a", "stream_b", "stream_c"};
  for (std::size_t i = 0; i < copies.size(); ++i) {
    copies[i].device = copies[i].accelerator = "slow";
    copies[i].measured = 0.5 * copies[i].bandwidth;
    std::get<MemoryFigure>(copies[i].what).what = kernels[i];
  }
  Case unknown = copies[0];
  std::get<MemoryFigure>(unknown.what).what = "stream_d";
  const double before = predict(fit_components(rows, catalogue()), unknown).value;
  for (const Case& copy : copies) rows.push_back(&copy);
  const Predicted after = predict(fit_components(rows, catalogue()), unknown);
  EXPECT_LT(after.value, 0.85 * before);
  EXPECT_LE(after.high, unknown.bandwidth);
}

TEST(ComponentFit, FewParameters) {
  const ComponentFit fit = fit_components(rows_if([](const Case&) { return true; }), catalogue());
  EXPECT_LT(parameters(fit), 140u);
  EXPECT_GT(parameters(fit), 50u);
}

}  // namespace
}  // namespace sextant::analysis
