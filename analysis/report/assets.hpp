// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// Files that the build put into this program (analysis/report/CMakeLists.txt).
namespace sextant::analysis::assets {

std::string_view page_css();
std::string_view page_js();
std::string_view render_mjs();
std::string_view vega_js();  // these three are empty when the build had no npm
std::string_view vega_lite_js();
std::string_view licences();  // of everything inside the two bundles

}  // namespace sextant::analysis::assets
