// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/worker.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

namespace sextant::probes {
namespace {

using Kind = Message::Kind;

TEST(Protocol, AJobSurvivesTheLine) {
  Job job{"memory.read", 3, 0xffffffffffffffffu, 12.5, "out/target", {}};
  job.assignments.push_back({7, Point{{"footprint", 16384.0}, {"type", std::string("f32")}}, 1000000007u, 5, 2, 1});
  const std::string line = to_line(job);
  EXPECT_EQ(line.back(), '\n');
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const Job back = job_from_line(line);
  EXPECT_EQ(back.probe, job.probe);
  EXPECT_EQ(back.seed, job.seed);
  EXPECT_EQ(back.origin, job.origin);
  ASSERT_EQ(back.assignments.size(), 1u);
  EXPECT_EQ(back.assignments[0].point, job.assignments[0].point);
  EXPECT_EQ(back.assignments[0].iterations, job.assignments[0].iterations);
  EXPECT_EQ(back.assignments[0].first_repetition, 2);
  EXPECT_EQ(back.assignments[0].first_warmup, 1);
}

TEST(Protocol, ARowKeepsEveryBitAndWhatIsNotAvailable) {
  Message message;
  message.kind = Kind::row;
  message.id = 4;
  message.sample.seconds = 0.1 + 0.2;
  message.sample.bytes = 1e300;
  message.sample.cpu = 1;
  message.sample.extras = {results::not_available, 1.0 / 3};
  message.sample.requests = {1.0 / 7, 0};
  const Message back = message_from_line(to_line(message));
  EXPECT_EQ(back.sample.seconds, message.sample.seconds);
  EXPECT_EQ(back.sample.bytes, message.sample.bytes);
  EXPECT_TRUE(std::isnan(back.sample.conditions.run_delay));
  EXPECT_TRUE(std::isnan(back.sample.extras[0]));
  EXPECT_EQ(back.sample.extras[1], 1.0 / 3);
  EXPECT_EQ(back.sample.requests, message.sample.requests);
}

TEST(Protocol, CanariesTravelWithTheRow) {
  Message message;
  message.kind = Kind::row;
  message.sample.conditions.cpu_seconds = 0.015625;
  message.sample.conditions.canary_compute = 1.0 / 3;
  message.sample.conditions.canary_cache = 2.0 / 3;
  message.sample.conditions.canary_memory = 0.1 + 0.2;
  message.sample.conditions.canary_message = 1e-7 / 3;
  message.sample.conditions.canary_together = 4e-4 / 3;
  message.sample.conditions.canary_change = 3.7 / 3;
  const std::string line = to_line(message);
  EXPECT_EQ(line.find("nan"), std::string::npos) << line;
  const results::Conditions back = message_from_line(line).sample.conditions;
  EXPECT_EQ(back.cpu_seconds, message.sample.conditions.cpu_seconds);
  EXPECT_EQ(back.canary_compute, message.sample.conditions.canary_compute);
  EXPECT_EQ(back.canary_cache, message.sample.conditions.canary_cache);
  EXPECT_EQ(back.canary_memory, message.sample.conditions.canary_memory);
  EXPECT_TRUE(std::isnan(back.canary_device));
  EXPECT_EQ(back.canary_message, message.sample.conditions.canary_message);
  EXPECT_EQ(back.canary_together, message.sample.conditions.canary_together);
  EXPECT_EQ(back.canary_change, message.sample.conditions.canary_change);
}

TEST(Protocol, DoneSaysWhatWatchingCost) {
  Message message;
  message.kind = Kind::done;
  message.canary_seconds = 0.1 + 0.2;
  const std::string line = to_line(message);
  EXPECT_EQ(line, "{\"kind\":\"done\",\"canary_seconds\":0.30000000000000004,\"bookkeeping_seconds\":null}\n");
  const Message back = message_from_line(line);
  EXPECT_EQ(back.canary_seconds, message.canary_seconds);
  EXPECT_TRUE(std::isnan(back.bookkeeping_seconds));
  EXPECT_THROW(message_from_line("{\"kind\":\"done\"}"), std::invalid_argument);
}

TEST(Protocol, SentencesWithQuotesAndBadBytesStayOneLine) {
  Message message;
  message.kind = Kind::fail;
  message.text = "line one\nsays \"no\" \xff";
  const std::string line = to_line(message);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(message_from_line(line).text.find("says \"no\""), std::string::npos);
}

TEST(Protocol, DamagedLinesAreRefusedWithTheLine) {
  EXPECT_THROW(message_from_line("hello?"), std::invalid_argument);
  EXPECT_THROW(message_from_line("{\"kind\":\"row\"}"), std::invalid_argument);
  EXPECT_THROW(message_from_line("{\"kind\":\"dance\"}"), std::invalid_argument);
  EXPECT_THROW(job_from_line("{}"), std::invalid_argument);
}

class Counting final : public Trial {
 public:
  Work run(std::uint64_t iterations) override { return {.operations = double(iterations), .seconds = 0.02}; }
  void verify() override {}
};

TEST(Worker, SaysHelloMeasuresAndSaysDone) {
  Probe probe;
  probe.name = "counting";
  probe.prepare = [](Workspace&, const Point&) { return std::make_unique<Counting>(); };
  Job job{"counting", 0, 1, 0, "", {{5, Point{{"n", 1.0}}, 0, 2}}};
  std::string input = to_line(job);
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> in(fmemopen(input.data(), input.size(), "r"));
  const std::unique_ptr<std::FILE, Close> out(std::tmpfile());
  EXPECT_EQ(serve({probe}, in.get(), out.get()), 0);
  std::rewind(out.get());
  std::vector<Kind> kinds;
  char buffer[4096];
  Message last;
  while (std::fgets(buffer, sizeof buffer, out.get())) {
    last = message_from_line(buffer);
    kinds.push_back(last.kind);
    if (last.kind == Kind::row) {
      EXPECT_GT(last.sample.conditions.canary_compute, 0);
      EXPECT_GT(last.sample.conditions.canary_cache, 0);
      EXPECT_GT(last.sample.conditions.canary_memory, 0);
    }
  }
  EXPECT_GT(last.canary_seconds, 0);
  EXPECT_GT(last.bookkeeping_seconds, 0);
  const std::vector<Kind> expected{Kind::hello, Kind::start, Kind::start, Kind::pilot,
                                   Kind::row,   Kind::row,   Kind::row,   Kind::done};
  EXPECT_EQ(kinds, expected);
}

TEST(Worker, RefusesAProbeItDoesNotHave) {
  std::string input = to_line(Job{"nothing", 0, 1, 0, "", {}});
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> in(fmemopen(input.data(), input.size(), "r"));
  const std::unique_ptr<std::FILE, Close> out(std::tmpfile());
  EXPECT_THROW(serve({}, in.get(), out.get()), std::invalid_argument);
}

}  // namespace
}  // namespace sextant::probes
