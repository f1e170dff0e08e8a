// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "analysis/calibration/fits.hpp"

namespace sextant::analysis {

// storage.flash.*, the closed form of decode-model.md section 4.5, from surface_points(); storage.floor and .floor_cpu, what
// the host's software takes of a request, from storage.latency; storage.flash.latency.device, the one less the other.
void fit_flash(const Observations& data, const Structure& structure, std::vector<Parameter>& into);

// storage.latency, .write, .mixed, .sustained, .stream_layers and .sparse_rows: their points, and what two of them say
// together.
void fit_storage_probes(const Observations& data, const Structure& structure, std::vector<Parameter>& into);

}  // namespace sextant::analysis
