// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "analysis/validation/case_reader.hpp"
#include "results/record/csv.hpp"
#include "results/record/temporary_folder.hpp"

// Tables as texts, for the tests of what reads them.
namespace sextant::analysis::example {

inline const std::string decode_header =
    "id,source,accelerator,n_accel,mem_bw_GBps_peak,peak_tflops,model,weight_dtype,kv_dtype,engine,batch,input_len,"
    "output_len,tp,metric,value,unit,use,trust\n";
inline const std::string decode_row =
    "a-1,s,H100-SXM,4,3352,989,llama-3-70b,FP16,FP16,TensorRT-LLM 0.11.0,16,128,256,4,e2e_latency,7.5,s,bc,B\n";
inline const std::string product_header =
    "id,source,accelerator,mem_bw_GBps_peak,library,dtype,m,n,k,weight_bytes,latency_us,trust\n";
inline const std::string product_row = "g-1,s,H100-SXM,3352,trtllm 1.0.0,bfloat16,1,4096,4096,33554432,26,A\n";

inline const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  return loaded;
}

inline std::vector<Case> read(const std::string& text) {
  const results::TemporaryFolder folder;
  const auto file = folder.path() / "cases.csv";
  std::ofstream(file) << text;
  return read_cases({file}, catalogue());
}

// What is wrong with a table; "accepted" when nothing is.
inline std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

inline std::string changed(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace sextant::analysis::example
