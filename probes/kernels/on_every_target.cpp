// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/on_every_target.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>

namespace sextant::probes {

void on_every_target(const std::function<void()>& check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    check();
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
}

}  // namespace sextant::probes
