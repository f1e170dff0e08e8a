// SPDX-License-Identifier: Apache-2.0
#include "analysis/validation/component_call.hpp"

#include <algorithm>
#include <cmath>

namespace sextant::analysis {
namespace {

constexpr double overlap_exponent = 3;  // p of section 4.2, as calibration has it

double figure(const Entry* entry, std::string_view name) {
  const PublishedFigure* found = entry ? lookup(*entry, name) : nullptr;
  return found ? found->estimate.value : 0;
}

// Dense flop/s of the narrowest arithmetic that the type can use and the data sheet states.
double rate_of(const Case& one, const Entry* device, const std::string& type) {
  const double sixteen = one.arithmetic > 0 ? one.arithmetic : figure(device, "bf16");
  if (type.find("fp4") != std::string::npos && figure(device, "fp4") > 0) return figure(device, "fp4");
  const bool eight = type.find("fp8") != std::string::npos || type.find("fp4") != std::string::npos;
  if (eight && figure(device, "fp8") > 0) return figure(device, "fp8");
  const bool whole = type.find("int8") != std::string::npos && type.find("wo") == std::string::npos;
  if (whole && figure(device, "int8") > 0) return figure(device, "int8");
  return sixteen;
}

Link link_of(const Entry& device, double ranks) {
  const double domain = figure(&device, "link_domain");
  if (domain > 1 && ranks > domain) return Link::nodes;
  const std::string words = word(device, "link");
  if (words.starts_with("NVLink")) return Link::nvlink;
  if (words.starts_with("PCIe")) return Link::pcie;
  return Link::other;
}

CallOrRefusal product_call(const Case& one, const Entry* device, Call call) {
  const auto& product = std::get<Product>(one.what);
  constexpr double activation = 2;  // bytes, as calibration counts them
  call.of = {product.library, product.type, Link::none};
  call.bytes = product.bytes + activation * product.rows * (product.n + product.k);
  call.bandwidth = one.bandwidth;
  call.flops = 2 * product.rows * product.n * product.k;
  call.rate = rate_of(one, device, product.type);
  call.place = {std::log2(product.rows), std::log2(product.n), std::log2(product.k), 0};
  call.block = {product.n, product.k};
  return {call, {}};
}

CallOrRefusal attention_call(const Case& one, const Entry* device, Call call) {
  const auto& attention = std::get<AttentionCall>(one.what);
  call.of = {attention.library, attention.type, Link::none};
  call.bytes = attention.bytes;
  call.bandwidth = one.bandwidth;
  call.flops = 4 * attention.batch * attention.query_heads * attention.context * attention.head_size;
  call.rate = rate_of(one, device, "bf16");  // keys and values are widened before they are multiplied
  call.place = {std::log2(attention.batch), std::log2(attention.context), std::log2(attention.key_value_heads),
                std::log2(attention.query_heads / attention.key_value_heads)};
  call.block = {attention.bytes, 0};
  return {call, {}};
}

CallOrRefusal collective_call(const Case& one, const Entry* device, Call call) {
  const auto& collective = std::get<CollectiveCall>(one.what);
  if (!device) return {{}, "the catalogue has no " + one.accelerator + ", so the bandwidth of its links is not known"};
  if (collective.ranks < 2) return {{}, "one rank has nobody to talk to"};
  call.of = {collective.library, collective.operation, link_of(*device, collective.ranks)};
  if (collective.operation != "allreduce" && collective.operation != "allgather" && collective.operation != "alltoall")
    return {{}, "the model has no operation " + collective.operation};
  call.bandwidth = figure(device, "link_bandwidth");
  if (!(call.bandwidth > 0)) return {{}, "the catalogue has no bandwidth of the links of " + one.accelerator};
  call.bytes = collective.bytes;
  call.ranks = collective.ranks;
  call.place = {std::log2(collective.bytes), std::log2(collective.ranks), 0, 0};
  call.block = {collective.bytes, 0};
  return {call, {}};
}

}  // namespace

CallOrRefusal call_of(const Case& one, const Catalogue& catalogue) {
  const Entry* device =
      lookup(catalogue, Kind::device, one.device.empty() ? std::string_view(one.accelerator) : one.device);
  Call call;
  call.group = one.group;
  call.device = one.device.empty() ? one.accelerator : one.device;
  call.seconds = one.measured;
  CallOrRefusal made = one.group == Group::gemm        ? product_call(one, device, call)
                       : one.group == Group::attention ? attention_call(one, device, call)
                                                       : collective_call(one, device, call);
  if (!made.refused.empty() || one.group == Group::collectives) return made;
  if (!(made.call.bandwidth > 0)) made.refused = "nobody states the bandwidth of the memory of " + one.accelerator;
  if (!(made.call.rate > 0)) made.refused = "nobody states the arithmetic rate of " + one.accelerator;
  return made;
}

bool times_host(const CallClass& one) { return one.library.ends_with("-profiler"); }

double seconds_of(const Equations& equations, const Call& call, const CallParameters& parameters) {
  const double start = std::exp(parameters[0]);
  if (call.group != Group::collectives)
    return equations.kernel(start, call.bytes, std::exp(parameters[1]) * call.bandwidth, call.flops,
                            std::exp(parameters[2]) * call.rate, overlap_exponent);
  Interconnect net;
  net.topology = call.of.kind == "alltoall" ? Topology::fully_connected : Topology::ring;
  net.latency = std::exp(parameters[1]);
  net.gap = 1 / (std::exp(parameters[2]) * call.bandwidth);
  const auto collective = call.of.kind == "allreduce"   ? equations.all_reduce
                          : call.of.kind == "allgather" ? equations.all_gather
                                                        : equations.all_to_all;
  return start + collective(net, call.ranks, call.bytes).seconds();
}

const char* bound_of(const Call& call, const CallParameters& parameters) {
  const double start = std::exp(parameters[0]);
  if (call.group == Group::collectives) {
    const double transfer = call.bytes / (std::exp(parameters[2]) * call.bandwidth);
    return start + std::exp(parameters[1]) > transfer ? "latency" : "link bandwidth";
  }
  const double memory = call.bytes / (std::exp(parameters[1]) * call.bandwidth);
  const double arithmetic = call.flops / (std::exp(parameters[2]) * call.rate);
  if (start > std::max(memory, arithmetic)) return "fixed cost";
  return memory > arithmetic ? "memory bandwidth" : "arithmetic";
}

}  // namespace sextant::analysis
