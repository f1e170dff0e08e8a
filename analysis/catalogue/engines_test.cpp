// SPDX-License-Identifier: Apache-2.0
#include "analysis/catalogue/engines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "analysis/catalogue/catalogue.hpp"
#include "results/record/csv.hpp"
#include "results/record/temporary_folder.hpp"

namespace sextant::analysis {
namespace {

using testing::HasSubstr;

const Catalogue& catalogue() {
  static const Catalogue loaded = load_catalogue(SEXTANT_SOURCE_DIR "/analysis/catalogue");
  return loaded;
}

std::string family(const char* engine, const char* device) {
  const auto found = engine_family(catalogue().engines, engine, find(catalogue(), Kind::device, device));
  return found ? found->id : "none";
}

TEST(Engines, ANamedBackendIsTaken) {
  EXPECT_EQ(family("llama.cpp CUDA", "RTX-4090"), "llama.cpp-cuda");
  EXPECT_EQ(family("llama.cpp ROCm", "MI210"), "llama.cpp-rocm");
  EXPECT_EQ(family("llama.cpp Vulkan,RPC", "RX-7900-XTX"), "llama.cpp-vulkan");
  EXPECT_EQ(family("llama.cpp CPU", "M2-Max-CPU"), "llama.cpp-cpu");
  EXPECT_EQ(family("llama.cpp CPU", "RTX-4090"), "llama.cpp-cpu");
  EXPECT_EQ(family("ik_llama.cpp CPU", "Ryzen-7950X-CPU"), "ik_llama.cpp-cpu");
  EXPECT_EQ(family("ds4 Metal", "M3-Ultra"), "ds4-metal");
}

TEST(Engines, AnotherBackendIsThatOfTheDevice) {
  EXPECT_EQ(family("llama.cpp batched-bench", "DGX-Spark"), "llama.cpp-cuda");
  EXPECT_EQ(family("llama.cpp llama-bench", "M2-Ultra"), "llama.cpp-metal");
  EXPECT_EQ(family("ollama or llama.cpp", "AmpereOne-A192-32X"), "llama.cpp-cpu");
  EXPECT_EQ(family("ollama or llama.cpp", "Ryzen-AI-Max-395"), "llama.cpp-vulkan");
  EXPECT_EQ(family("Ollama 0.6", "RX-7900-XTX"), "llama.cpp-rocm");
  EXPECT_EQ(family("llama.cpp", "Arc-B580"), "llama.cpp-vulkan");
  EXPECT_EQ(family("llamafile (LocalScore)", "RTX-5090"), "llamafile-cuda");
  EXPECT_EQ(family("llamafile", "M4-Max"), "llamafile-metal");
  EXPECT_EQ(family("vLLM 0.6.5.dev964+mlperf50, Pytorch 2.7.0a0+git3a58512, ROCm", "MI325X"), "vllm-rocm");
  EXPECT_EQ(family("vLLM", "H100-SXM"), "vllm-cuda");
  EXPECT_EQ(family("Mango LLMBoost AI Enterprise Platform, ROCm 6.12.12", "MI325X"), "vllm-rocm");
}

TEST(Engines, VersionsAndWhatStandsBesideDoNotMatter) {
  EXPECT_EQ(family("TensorRT-LLM 0.11.0", "H100-SXM"), "tensorrt-llm");
  EXPECT_EQ(family("TensorRT-LLM", "H100-SXM"), "tensorrt-llm");
  EXPECT_EQ(family("TensorRT 10.11, CUDA 12.8", "B200"), "tensorrt-llm");
  EXPECT_EQ(family("TurboMind 0.2.0", "A100-SXM-80GB"), "turbomind");
  EXPECT_EQ(family("SGLang or DeepSeek", "H800-SXM"), "sglang");
  EXPECT_EQ(family("FlexLLMGen int4", "T4"), "flexllmgen");
  EXPECT_EQ(family("HF Accelerate", "T4"), "hf-accelerate");
  EXPECT_EQ(family("HF Transformers", "T4"), "transformers-cuda");
  EXPECT_EQ(family("DeepSpeed ZeRO-Inference", "T4"), "deepspeed-zero-inference");
  EXPECT_EQ(family("tt-metal", "Tenstorrent-n150"), "tt-metal");
  EXPECT_EQ(family("MLX 0.21", "M4-Max"), "mlx");
  EXPECT_EQ(family("vllm-0.9.0", "H100-SXM"), "vllm-cuda");
}

TEST(Engines, TheProgramIsTheParentOfItsBackends) {
  const Entry& device = find(catalogue(), Kind::device, "RTX-4090");
  const auto known = engine_family(catalogue().engines, "Ollama", device);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->program, "llama.cpp");
  EXPECT_EQ(known->backend, "cuda");
  EXPECT_EQ(known->launch, "graph");
}

TEST(Engines, AnUnknownNameGetsTheNearest) {
  const Entry& device = find(catalogue(), Kind::device, "RTX-4090");
  EXPECT_EQ(family("vllmx", "RTX-4090"), "none");
  EXPECT_THAT(unknown_engine(catalogue().engines, "vLLMM 0.9", device),
              testing::AllOf(HasSubstr("'vLLMM 0.9'"), HasSubstr("did you mean 'vllm'?")));
  EXPECT_THAT(unknown_engine(catalogue().engines, "vLLM", find(catalogue(), Kind::device, "M4-Max")),
              HasSubstr("no backend for"));
}

// One program on one backend has one family, however the backend was found.
TEST(Engines, ARowWithOneBackendIsNamedLikeTheProgramOnIt) {
  for (const Engine& a : catalogue().engines) {
    for (const Engine& b : catalogue().engines) {
      if (a.program != b.program || !a.backends.front().first.empty() || b.backends.front().first.empty()) continue;
      for (const auto& [of, backend] : b.backends) {
        const bool same = backend == a.backends.front().second;
        EXPECT_TRUE(!same || a.id == a.program + "-" + backend) << a.id;
      }
    }
  }
}

std::string refusal(const std::string& rows) {
  const results::TemporaryFolder folder;
  std::ofstream(folder.path() / "engines.csv") << "id,program,aliases,backend,launch,evidence,source,note\n" << rows;
  try {
    load_engines(folder.path() / "engines.csv");
  } catch (const results::InvalidInput& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Engines, RefusesATableThatIsAmbiguous) {
  EXPECT_EQ(refusal("a,a,a;aa,cuda,graph,read,s,\n"), "accepted");
  EXPECT_THAT(refusal("a,a,a,cuda,graph,read,s,\na,a,b,cuda,graph,read,s,\n"), HasSubstr("stands twice"));
  EXPECT_THAT(refusal("a,a,a,cuda,graph,read,s,\nb,b,A,cuda,graph,read,s,\n"), HasSubstr("stands for 'a' too"));
  EXPECT_THAT(refusal("a,a,a,,graph,read,s,\n"), HasSubstr("'backend'"));
  EXPECT_THAT(refusal("a,a,a,NVIDIA cuda;AMD,graph,read,s,\n"), HasSubstr("pairs"));
}

}  // namespace
}  // namespace sextant::analysis
