// SPDX-License-Identifier: Apache-2.0
//
// near_data.shard: what a product costs whose weights are shared out over units that each multiply their own part: a
// stand-in for processing near memory and in memory.
//
// What is measured: y = W x, weights in int8 (Q8_0), W about as high as wide. A unit is a core with its share of the
//   caches, or all cores of a NUMA node with its memory. Three phases, each timed until the last unit is through it:
//     broadcast  the first unit has the inputs (float32), each unit fetches those it needs
//     multiply   each unit brings them into the form of its arithmetic and multiplies its shard
//     reduce     the first unit fetches the outputs, and adds up those of which several units have parts
//   By `split`: row, each unit has some outputs and needs all inputs; column, some inputs, and has a part of every
//   output; grid, both. In the decode model (4.6; it writes x W, so that what are rows here are columns there) they are
//   the divisions by columns, a = 1, by rows, a = n, and both; broadcast is t_broadcast, multiply max_u t_unit, reduce
//   t_collect, and imbalance the term of that name. `skew` makes the first unit's part longer than the mean.
//   `placement` local: each unit itself has written its shard once, which stays in its cache where it fits, else in its
//   memory. remote: before every product, untimed, the unit halfway round the team writes into each line of the shard
//   and had written it first, so that it lies in that unit's memory (on another node, where there are two) and, as far as
//   it fits, modified in that unit's cache. On one node with shards beyond the caches there is thus no difference left.
// How bytes are counted: weights and their scales, once per product. Vectors are not: they are what the phases show. An
//   operation is one product.
// What would make it wrong: phases shorter than a barrier (each holds one, see sync.barrier); units that share a core; a
//   processor that is taken away: all wait, and `imbalance`, the slowest unit's own time over the mean per product,
//   counts it like a shard that is too long.
// How the answer is verified: weights and inputs are integers times powers of two whose sums are exact in any order; two
//   vectors take turns; the outputs of all timed products are added up per row and must be exactly what a product in
//   double precision predicts.
// Where the method comes from: divisions of a product between bank units and host, as in PrIM (Gomez-Luna et al., IEEE
//   Access 10, 2022), which times transfers and kernels apart; the algorithms are those of Fox et al., "Solving problems
//   on concurrent processors" (1988).
#include <algorithm>
#include <cmath>

#include "probes/axes.hpp"
#include "probes/near_data/shard.hpp"
#include "probes/near_data/shard_matrix.hpp"
#include "probes/probes.hpp"

namespace sextant::probes {

namespace {

constexpr double least_shard = 0x1p15, most_shard = 0x1p24;

std::size_t cores(const Machine& machine) {
  return std::max<std::size_t>(2, std::min(machine.processors.size(), std::size_t(std::max(machine.cores, 1))));
}

// Processors of each node that has some of ours; as many of each, since units are alike.
std::vector<std::vector<int>> nodes(const Machine& machine) {
  std::vector<std::vector<int>> units;
  std::size_t least = machine.processors.size();
  for (const Node& node : machine.nodes) {
    if (node.processors.empty()) continue;
    units.push_back(node.processors);
    least = std::min(least, node.processors.size());
  }
  for (auto& unit : units) unit.resize(least);
  return units;
}

std::vector<Value> shards(const Machine& machine, bool quick) {
  // The points of a launch live side by side, each with shards of its own.
  const double units = 16 * double(cores(machine));
  const double most = largest_footprint(machine, most_shard * units) / units;
  std::vector<Value> all = quick ? powers_of_two(0x1p18, std::min(most, most_shard), 6)
                                 : powers_of_two(least_shard, std::min(most, most_shard), 3);
  if (all.empty()) all.emplace_back(least_shard);  // skipped with a sentence
  return all;
}

std::vector<Value> splits(std::size_t units) {
  bool product = false;
  for (std::size_t n = 2; n * n <= units; ++n) product = product || units % n == 0;
  return product ? words({"row", "column", "grid"}) : words({"row", "column"});
}

Point point_of(Value split, Value shard, const char* unit, std::size_t units, const char* placement, double skew) {
  return {{"split", std::move(split)}, {"shard", std::move(shard)}, {"unit", unit},
          {"units", double(units)},    {"placement", placement},    {"skew", skew}};
}

// Remote shards, uneven ones, fewer units, and nodes for units.
std::vector<Point> other_shards(const Machine& machine, bool quick) {
  std::vector<Point> points;
  if (quick) return points;
  const std::size_t all = cores(machine), all_nodes = nodes(machine).size();
  const std::vector<Value> sizes = shards(machine, quick);
  for (const Value& size : sizes) {
    for (const Value& split : splits(all)) points.push_back(point_of(split, size, "core", all, "remote", 0));
    for (std::size_t units = 2; units < all; units *= 2) {
      points.push_back(point_of("row", size, "core", units, "local", 0));
    }
    if (all_nodes < 2) continue;
    for (const Value& split : splits(all_nodes)) {
      for (const char* placement : {"local", "remote"}) {
        points.push_back(point_of(split, size, "node", all_nodes, placement, 0));
      }
    }
  }
  for (const char* split : {"row", "column"}) {
    points.push_back(point_of(split, sizes.back(), "core", all, "local", 0.25));
  }
  return points;
}

}  // namespace

ShardPlan shard_plan(const Machine& machine, const Point& point) {
  ShardPlan plan;
  plan.split = point.word("split");
  const double bytes = point.number("shard"), units = point.number("units");
  if (!(bytes >= 4096 && bytes < 0x1p40)) throw Unavailable("near_data.shard.shard is 4 KiB or more");
  if (!(units >= 2 && units < 0x1p20 && units == std::floor(units))) {
    throw Unavailable("near_data.shard.units is a whole number, 2 or more");
  }
  plan.shard = std::size_t(bytes);
  const std::string& placement = point.word("placement");
  if (placement != "local" && placement != "remote") {
    throw Unavailable("near_data.shard.placement is local or remote, not '" + placement + "'");
  }
  plan.remote = placement == "remote";
  plan.skew = point.number("skew");
  const std::string& unit = point.word("unit");
  if (unit != "core" && unit != "node") throw Unavailable("near_data.shard.unit is core or node, not '" + unit + "'");
  if (unit == "node") {
    plan.units = nodes(machine);
  } else {
    for (const int processor : machine.processors) plan.units.push_back({processor});
  }
  const auto wanted = std::size_t(units);
  if (plan.units.size() < wanted) {
    throw Unavailable("the point needs " + std::to_string(wanted) + (unit == "core" ? " processors" : " NUMA nodes") +
                      ", this process may use " + std::to_string(plan.units.size()));
  }
  plan.units.resize(wanted);
  return plan;
}

Probe near_data_shard() {
  return {
      .name = "near_data.shard",
      .summary = "Seconds of a product whose weights are shared out over units: send inputs, multiply, fetch outputs.",
      .quantity = {"latency", Unit::second},
      .precision = 0.03,
      .extras = {{"broadcast", Unit::second, "until every unit has its inputs"},
                 {"multiply", Unit::second, "until every unit has multiplied"},
                 {"reduce", Unit::second, "until the first unit has all outputs"},
                 {"imbalance", Unit::one, "the slowest unit's own time over the mean, minus 1"}},
      .axes = [](const Machine& machine, bool quick) -> std::vector<Axis> {
        const std::size_t all = cores(machine);
        return {{"split", Unit::text, quick ? words({"row", "column"}) : splits(all),
                 "row: a unit has some outputs; column: some inputs, and parts of all outputs; grid: both"},
                {"shard", Unit::byte, shards(machine, quick), "bytes of weights of one unit, mean"},
                {"unit", Unit::text, words({"core"}), "core: one with its caches; node: all cores of a NUMA node"},
                {"units", Unit::one, numbers({double(all)}), "that the weights are shared out over"},
                {"placement", Unit::text, words({"local"}),
                 "local: each unit wrote its shard; remote: another one did, before every product"},
                {"skew", Unit::one, numbers({0}), "the first unit's part over the mean, minus 1"}};
      },
      .beside = other_shards,
      .available =
          [](const Machine& machine) {
            return machine.processors.size() >= 2
                       ? Availability{}
                       : unavailable("shards need two units, this process has one processor");
          },
      .prepare = [](Workspace& workspace,
                    const Point& point) { return shard_trial(workspace, shard_plan(workspace.machine(), point)); },
  };
}

}  // namespace sextant::probes
