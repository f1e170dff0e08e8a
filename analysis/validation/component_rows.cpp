// SPDX-License-Identifier: Apache-2.0
// What the rows of all tables share, and rows of components: collectives, matrix products, decode attention, memory.
#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/validation/case_rows.hpp"
#include "results/record/csv.hpp"
#include "results/record/nearest.hpp"

namespace sextant::analysis {

using results::PublishedRow;

const Entry* Refusal::known(const Catalogue& catalogue, Kind kind, std::string_view name) {
  try {
    return &find(catalogue, kind, name);
  } catch (const results::InvalidInput& error) {
    because(error.what());
    return nullptr;
  }
}

namespace {

// By the beginning of their names: what follows a hyphen, a slash or an underscore says how they were called.
constexpr std::array<std::string_view, 24> libraries{
    "nccl",     "rccl",       "oneccl",         "msccl",    "nvshmem", "mpi",     "gloo",    "trtllm",
    "vllm",     "sglang",     "cublas",         "cublaslt", "cutlass", "hipblas", "rocblas", "hipblaslt",
    "deepgemm", "flashinfer", "flashattention", "fa2",      "fa3",     "triton",  "pytorch", "aiter"};
constexpr std::array<std::string_view, 24> memory_metrics{"stream_init",
                                                          "stream_read",
                                                          "stream_scale",
                                                          "stream_triad",
                                                          "stream_3pt",
                                                          "stream_5pt",
                                                          "stream_copy",
                                                          "stream_mul",
                                                          "stream_add",
                                                          "stream_dot",
                                                          "stream_write",
                                                          "dram_latency_pointer_chase",
                                                          "l2_latency_pointer_chase",
                                                          "l1_latency_pointer_chase",
                                                          "idle_latency_cpu",
                                                          "read_bw_cpu_all_cores",
                                                          "gpu_vulkan_memtest_write",
                                                          "gpu_vulkan_memtest_check",
                                                          "gpu_vulkan_memtest_read",
                                                          "write_bw_cpu_all_cores",
                                                          "loaded_latency_cpu",
                                                          "copy_bw_cpu_all_cores",
                                                          "l3_latency_pointer_chase",
                                                          "gpu_copy"};

template <class Names>
std::string nearest_of(const std::string& name, const Names& names) {
  return results::suggestion(name, {names.begin(), names.end()});
}

std::string library_of(const PublishedRow& row, Refusal& refusal) {
  const std::string library =
      results::library_word(row.word("library"), row.has("mode") ? row.text("mode") : std::string());
  const std::string_view stem = std::string_view(library).substr(0, library.find_first_of("-_/"));
  if (std::find(libraries.begin(), libraries.end(), stem) == libraries.end())
    refusal.because("no library '" + library + "' is known" + nearest_of(library, libraries));
  return library;
}

// "bf16", "fp8_block": a number format, and how its scales are kept.
std::string type_of(const PublishedRow& row, std::string_view column, const Catalogue& catalogue, Refusal& refusal) {
  const std::string type = results::type_word(row.word(column));
  if (!lookup(catalogue, Kind::precision, type))
    refusal.known(catalogue, Kind::precision, type.substr(0, type.find('_')));
  return type;
}

void read_latency(const PublishedRow& row, Case& c) {
  c.metric = Metric::call_time;
  c.table_unit = "us";
  c.table_scale = 1e-6;
  c.measured = row.positive("latency_us") * c.table_scale;
}

}  // namespace

Case common_of(const PublishedRow& row, const Catalogue& catalogue) {
  Case c;
  c.id = row.word("id");
  c.source = row.text("source");
  c.accelerator = row.word("accelerator");
  c.trust = row.text("trust");
  if (c.trust != "A" && c.trust != "B" && c.trust != "C") row.fail("trust", "write A, B or C");
  Refusal refusal(c.refused);
  const Entry* device = refusal.known(catalogue, Kind::device, c.accelerator);
  if (device) c.device = device->id;
  if (row.has("mem_bw_GBps_peak") && !row.text("mem_bw_GBps_peak").empty()) {
    c.bandwidth = row.positive("mem_bw_GBps_peak") * 1e9;
  } else if (device) {
    if (const PublishedFigure* stated = lookup(*device, "bandwidth")) c.bandwidth = stated->estimate.value;
  }
  return c;
}

Case collective_case_of(const PublishedRow& row, const Catalogue& catalogue) {
  Case c = common_of(row, catalogue);
  Refusal refusal(c.refused);
  c.group = Group::collectives;
  CollectiveCall call;
  call.library = library_of(row, refusal);
  call.operation = row.word("op");
  call.operation.erase(std::remove(call.operation.begin(), call.operation.end(), '_'), call.operation.end());
  constexpr std::array<std::string_view, 3> operations{"allreduce", "allgather", "alltoall"};
  if (std::find(operations.begin(), operations.end(), call.operation) == operations.end())
    refusal.because("no collective '" + row.text("op") + "' is predicted" + nearest_of(call.operation, operations));
  call.ranks = row.whole("n_accel");
  call.bytes = row.positive("message_bytes");
  read_latency(row, c);
  c.what = std::move(call);
  return c;
}

Case product_case_of(const PublishedRow& row, const Catalogue& catalogue) {
  Case c = common_of(row, catalogue);
  Refusal refusal(c.refused);
  c.group = Group::gemm;
  c.what = Product{library_of(row, refusal), type_of(row, "dtype", catalogue, refusal),
                   row.whole("m"),           row.whole("n"),
                   row.whole("k"),           row.positive("weight_bytes")};
  read_latency(row, c);
  return c;
}

Case attention_case_of(const PublishedRow& row, const Catalogue& catalogue) {
  Case c = common_of(row, catalogue);
  Refusal refusal(c.refused);
  c.group = Group::attention;
  c.what = AttentionCall{library_of(row, refusal), type_of(row, "kv_dtype", catalogue, refusal),
                         row.whole("batch"),       row.whole("q_heads"),
                         row.whole("kv_heads"),    row.whole("head_dim"),
                         row.whole("context"),     row.positive("kv_bytes")};
  read_latency(row, c);
  return c;
}

Case memory_case_of(const PublishedRow& row, const Catalogue& catalogue) {
  Case c = common_of(row, catalogue);
  c.group = Group::memory;
  const std::string& metric = row.word("metric");
  const std::string& unit = row.text("unit");
  c.what = MemoryFigure{metric};
  c.measured = row.positive("value");
  const bool timed = metric.find("latency") != std::string::npos;
  const bool known = std::find(memory_metrics.begin(), memory_metrics.end(), metric) != memory_metrics.end();
  if (known && unit != (timed ? "ns" : "GB/s"))
    row.fail("unit", timed ? "mixed units: a latency is in ns: convert the value"
                           : "mixed units: a bandwidth is in GB/s: convert the value");
  c.metric = timed ? Metric::call_time : Metric::bandwidth;
  c.table_unit = unit;
  c.table_scale = timed ? 1e-9 : known ? 1e9 : 1;
  c.measured *= c.table_scale;
  if (known) return c;
  // A system's gain of products that its memory does itself. Other figures of such systems are predicted by nothing.
  const bool products = metric.starts_with("gemv") || metric.starts_with("lstm") || metric.starts_with("speech");
  if (unit == "x" && products && metric.find("speedup") != std::string::npos) {
    c.metric = Metric::speedup;
    c.refused.clear();  // the device is a memory, which the list of accelerators does not have
    return c;
  }
  c.refused = unit == "x" || unit == "%" || unit == "GFLOP/s"
                  ? "'" + metric + "' in " + unit + " is a figure of a system, not of a memory"
                  : "no metric '" + metric + "' is predicted" + nearest_of(metric, memory_metrics);
  return c;
}

}  // namespace sextant::analysis
