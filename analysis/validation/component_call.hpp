// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/catalogue/catalogue.hpp"
#include "analysis/model/collective.hpp"
#include "analysis/model/kernel.hpp"
#include "analysis/validation/case.hpp"

// A published matrix product, attention or collective as the equations of the model take it. SI units.
namespace sextant::analysis {

// How devices are joined, as far as their data sheets and the number of ranks tell.
enum class Link { none, nvlink, pcie, other, nodes };  // none: the call stays on one device; nodes: more than one box
inline constexpr const char* link_names[] = {"no link", "NVLink", "PCIe", "another link", "several nodes"};

// Calls that share three parameters: what a library makes of a type (of an operation, over a kind of link).
struct CallClass {
  std::string library, kind;
  Link link = Link::none;
  friend auto operator<=>(const CallClass&, const CallClass&) = default;
};

inline constexpr std::size_t call_axes = 4;

struct Call {
  Group group = Group::gemm;
  CallClass of;
  std::string device;
  double bytes = 0;
  double bandwidth = 0;  // byte/s that the data sheet states: of the memory, or of all links of a device
  double flops = 0;      // of a kernel
  double rate = 0;       // flop/s that the data sheet states for its type
  double ranks = 1;      // of a collective
  std::array<double, call_axes> place{};  // logarithms to base 2 of what its shape is made of
  std::pair<double, double> block;        // calls with the same block are one matrix, one size: left out together
  double seconds = 0;                     // as published
};

// The call of a case of the groups gemm, attention and collectives; `refused` says why there is none.
struct CallOrRefusal {
  Call call;
  std::string refused;
};
CallOrRefusal call_of(const Case& one, const Catalogue& catalogue);

// Whether the library's rows time the host too ("nccl-profiler" of a torch profiler): it learns from others and lends
// to none.
bool times_host(const CallClass& one);

// The functions that predict: those that calibrate and project use. Tests put others in their place.
struct Equations {
  double (*kernel)(double overhead, double bytes, double bandwidth, double flops, double rate,
                   double exponent) = kernel_seconds;
  CollectiveTime (*all_reduce)(const Interconnect&, double ranks, double bytes) = sextant::analysis::all_reduce;
  CollectiveTime (*all_gather)(const Interconnect&, double ranks, double bytes) = sextant::analysis::all_gather;
  CollectiveTime (*all_to_all)(const Interconnect&, double ranks, double bytes) = sextant::analysis::all_to_all;
};

// Natural logarithms. Of a kernel: start in s, share of the memory's bandwidth, share of the arithmetic rate. Of a
// collective: start in s, alpha in s, share of the links' bandwidth.
inline constexpr std::size_t call_parameters = 3;
using CallParameters = std::array<double, call_parameters>;

double seconds_of(const Equations& equations, const Call& call, const CallParameters& parameters);

// What the call spends most of its time on.
const char* bound_of(const Call& call, const CallParameters& parameters);

}  // namespace sextant::analysis
