// SPDX-License-Identifier: Apache-2.0
// Tables of calls, a latency a row: collectives, matrix products, decode attention.
#include <fmt/format.h>

#include <utility>

#include "results/import/published_row.hpp"
#include "results/record/nearest.hpp"

namespace sextant::results {
namespace {

const Quantity latency{"latency", Unit::second};
const Column library{"library", Unit::text, "library and its mode, as published"};

// The probe of an operation as the tables call it; throws for others.
std::string collective_probe(const PublishedRow& row) {
  static const std::vector<std::pair<std::string, std::string>> known{
      {"all_reduce", "allreduce"}, {"all_gather", "allgather"}, {"alltoall", "alltoall"}};
  std::string list;
  for (const auto& [op, probe] : known) {
    if (row.text("op") == op) return "gpu.collective." + probe;
    list += (list.empty() ? "" : ", ") + op;
  }
  row.fail("op", "write one of " + list);
}

// A kernel may not be faster than the memory it reads.
void judge_rate(const PublishedRow& row, Component& component) {
  component.peak = row.positive("mem_bw_GBps_peak") * 1e9;
  const double rate = component.sample.bytes / component.sample.seconds;
  if (rate <= component.peak) return;
  component.reason = fmt::format(
      "Faster than the memory: {} at a stated peak of {}, so a cache served it or its bytes are miscounted.",
      format(rate, Unit::byte_per_second), format(component.peak, Unit::byte_per_second));
}

}  // namespace

Component collective_of(const PublishedRow& row) {
  Component component;
  component.origin = library_word(row.word("library"), row.text("mode"));
  component.table = component_table(
      collective_probe(row), "Time of one collective operation of a message on each accelerator, as published.",
      latency,
      {{"ranks", Unit::one, "accelerators"}, {"bytes", Unit::byte, "message, as the source counts it"}, library});
  const double bytes = row.positive("message_bytes");
  component.point = {{"ranks", row.whole("n_accel")}, {"bytes", bytes}, {"library", component.origin}};
  component.sample = one_call(row.positive("latency_us"), bytes);
  if (row.text("notes").find("host launch") != std::string::npos)
    component.reason = "Its source times the host with it (" + row.text("notes") + ").";
  return component;
}

Component gemv_of(const PublishedRow& row) {
  Component component;
  component.origin = library_word(row.word("library"));
  component.table = component_table(
      "gpu.gemv", "Time of one product of `rows` activations with a matrix of n x k weights, as published.", latency,
      {{"type", Unit::text, "number format of the weights"},
       {"rows", Unit::one, "activations multiplied at once (m)"},
       {"n", Unit::one, "outputs"},
       {"k", Unit::one, "inputs"},
       library});
  component.point = {{"type", type_word(row.word("dtype"))},
                     {"rows", row.whole("m")},
                     {"n", row.whole("n")},
                     {"k", row.whole("k")},
                     {"library", component.origin}};
  component.sample = one_call(row.positive("latency_us"), row.positive("weight_bytes"));
  check_rate(row, "weight_GBps", component.sample);
  judge_rate(row, component);
  return component;
}

Component attention_of(const PublishedRow& row) {
  Component component;
  component.origin = library_word(row.word("library"));
  component.table = component_table(
      "gpu.attention", "Time of the attention of one new token of every sequence, one layer, as published.", latency,
      {{"type", Unit::text, "number format of keys and values"},
       {"batch", Unit::one, "sequences"},
       {"query_heads", Unit::one, "query heads"},
       {"kv_heads", Unit::one, "heads of keys and values"},
       {"head_size", Unit::one, "elements of a head"},
       {"context", Unit::one, "tokens in the cache of each sequence"},
       library});
  component.point = {{"type", type_word(row.word("kv_dtype"))},
                     {"batch", row.whole("batch")},
                     {"query_heads", row.whole("q_heads")},
                     {"kv_heads", row.whole("kv_heads")},
                     {"head_size", row.whole("head_dim")},
                     {"context", row.whole("context")},
                     {"library", component.origin}};
  component.sample = one_call(row.positive("latency_us"), row.positive("kv_bytes"));
  check_rate(row, "kv_GBps", component.sample);
  judge_rate(row, component);
  return component;
}

}  // namespace sextant::results
