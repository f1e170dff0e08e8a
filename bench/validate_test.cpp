// SPDX-License-Identifier: Apache-2.0
// `sextant validate --cases` as its user meets it: tables in, a table of errors out.
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/validation/example_flash.hpp"
#include "bench/test_command_line.hpp"
#include "results/record/run_folder.hpp"

namespace sextant::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string decode_columns =
    "id,source,accelerator,n_accel,mem_bw_GBps_peak,peak_tflops,model,weight_dtype,kv_dtype,engine,batch,input_len,"
    "output_len,tp,metric,value,unit,use,trust\n";

struct Row {
  std::string id, accelerator = "H100-SXM", batch = "1", value = "120", unit = "tok/s", trust = "B";
  std::string text() const {
    const std::string bandwidth = accelerator == "RTX-4090" ? "1008,165" : "3352,989";
    const std::string metric = batch == "1" ? "decode_tok_s" : "output_tok_s_total";
    return id + ",s," + accelerator + ",1," + bandwidth + ",llama-2-7b,FP16,FP16,llama.cpp CUDA," + batch +
           ",128,128,1," + metric + "," + value + "," + unit + ",ab," + trust + "\n";
  }
};

class ValidateCommand : public CommandLine {
 protected:
  void write(const std::string& file, const std::string& text) const { std::ofstream(folder / file) << text; }
  void write(const std::string& file, const std::vector<Row>& rows) const {
    std::string text = decode_columns;
    for (const Row& row : rows) text += row.text();
    write(file, text);
  }

  // Two devices to fit on, and single streams and a batch to predict.
  void write_tables() const {
    write("fit.csv", {{.id = "f-1"},
                      {.id = "f-2", .value = "123"},
                      {.id = "f-3", .batch = "16", .value = "1500"},
                      {.id = "f-4", .accelerator = "RTX-4090", .value = "55"}});
    write("cases.csv",
          {{.id = "c-1", .value = "118"}, {.id = "c-2", .batch = "8", .value = "800"}, {.id = "c-3", .trust = "C"}});
  }
  Outcome validate(const std::string& arguments) const { return sextant("validate " + arguments); }
  // Of a table, the only thing that is wrong being the row.
  void expect_refused_table(const std::string& text, const std::vector<std::string>& sentences) const {
    write_tables();
    write("wrong.csv", text);
    for (const char* arguments : {"--cases wrong.csv --fit fit.csv", "--cases cases.csv --fit wrong.csv"}) {
      const Outcome outcome = validate(arguments);
      for (const std::string& sentence : sentences) expect_error(outcome, 3, sentence);
      EXPECT_EQ(outcome.out, "") << arguments;
    }
  }
  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) names.insert(entry.path().filename());
    names.erase(".out");
    names.erase(".err");
    return names;
  }
};

json case_of(const json& document, const std::string& id) {
  for (const json& one : document.at("cases"))
    if (one.at("id") == id) return one;
  return {};
}

TEST_F(ValidateCommand, PrintsAGroupALineAndNothingIsWritten) {
  write_tables();
  const Outcome outcome = validate("--cases cases.csv --fit fit.csv");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("group "), HasSubstr("\nsingle "), HasSubstr("\nbatched "),
                                 HasSubstr("coverage"), HasSubstr("fitted parameters"), HasSubstr("roofline")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\nmaxload ")));
  EXPECT_THAT(files(), ElementsAre("cases.csv", "fit.csv"));
}

TEST_F(ValidateCommand, TheDocumentHasTheKeysOfTheContract) {
  write_tables();
  const Outcome outcome = validate("--cases cases.csv --fit fit.csv --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json document = json::parse(outcome.out);
  ASSERT_EQ(document.at("groups").size(), 2u);
  for (const json& group : document.at("groups"))
    for (const char* key : {"name", "n", "refused", "median_ape", "p90_ape", "bias", "coverage90", "median_width"})
      EXPECT_TRUE(group.contains(key)) << key;
  EXPECT_EQ(document.at("groups").at(0).at("name"), "single");
  EXPECT_EQ(document.at("groups").at(0).at("n"), 1) << "trust C stands apart";
  EXPECT_EQ(document.at("groups").at(1).at("name"), "batched");
  EXPECT_GT(document.at("parameters"), 0);
  ASSERT_EQ(document.at("cases").size(), 3u);
  for (const json& one : document.at("cases")) {
    for (const char* key : {"id", "group", "predicted", "low", "high", "measured", "status", "reason"})
      EXPECT_TRUE(one.contains(key)) << key;
    EXPECT_EQ(one.at("status"), "predicted");
    EXPECT_LE(one.at("low"), one.at("predicted"));
    EXPECT_LE(one.at("predicted"), one.at("high"));
  }
  const json one = case_of(document, "c-1");
  EXPECT_EQ(one.at("measured"), 118);
  EXPECT_NEAR(one.at("predicted").get<double>(), 120, 15);
  EXPECT_NEAR(document.at("groups").at(0).at("median_ape").get<double>(),
              std::abs(one.at("predicted").get<double>() / 118 - 1), 1e-9);
}

TEST_F(ValidateCommand, ACaseOfTheFitIsInSampleUntilItsDeviceIsLeftOut) {
  write_tables();
  const json known = json::parse(validate("--cases fit.csv --fit fit.csv --json").out);
  EXPECT_EQ(case_of(known, "f-1").at("status"), "in_sample");
  EXPECT_EQ(known.at("groups").at(0).at("n"), 0);
  const Outcome outcome = validate("--cases fit.csv --fit fit.csv --leave-out device --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json left_out = json::parse(outcome.out);
  EXPECT_EQ(case_of(left_out, "f-1").at("status"), "predicted");
  EXPECT_EQ(left_out.at("leave_out"), "device");
  EXPECT_EQ(left_out.at("folds").size(), 2u);
}

TEST_F(ValidateCommand, ARowThatIsRefusedSaysWhyAndTheRestIsPredicted) {
  write_tables();
  write("cases.csv", {{.id = "c-1"}, {.id = "c-2", .accelerator = "H100-SXN"}, {.id = "c-3", .value = "50000"}});
  const Outcome outcome = validate("--cases cases.csv --fit fit.csv --json");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const json document = json::parse(outcome.out);
  EXPECT_EQ(case_of(document, "c-1").at("status"), "predicted");
  const json unknown = case_of(document, "c-2"), impossible = case_of(document, "c-3");
  EXPECT_EQ(unknown.at("status"), "refused");
  EXPECT_THAT(unknown.at("reason").get<std::string>(), AllOf(HasSubstr("H100-SXN"), HasSubstr("'h100-sxm'")));
  EXPECT_TRUE(unknown.at("predicted").is_null());
  EXPECT_EQ(impossible.at("status"), "refused");
  EXPECT_THAT(impossible.at("reason").get<std::string>(), HasSubstr("faster than"));
  EXPECT_EQ(document.at("groups").at(0).at("n"), 2) << "what beats physics is counted apart";
  EXPECT_EQ(document.at("groups").at(0).at("refused"), 1);
}

TEST_F(ValidateCommand, WhatIsNoTableNamesFileLineAndColumn) {
  std::string columns = decode_columns;
  columns.replace(columns.find("engine"), 6, "motor");
  expect_refused_table(columns + Row{.id = "w-1"}.text(), {"wrong.csv:1", "'engine' is missing"});
  const std::string first = decode_columns + Row{.id = "w-1"}.text();
  expect_refused_table(first + Row{.id = "w-2", .unit = "ms"}.text(), {"wrong.csv:3", "'unit'", "'ms'", "mixed units"});
  expect_refused_table(first + Row{.id = "w-1"}.text(), {"wrong.csv:3", "'w-1'", "wrong.csv:2 too"});
  expect_refused_table(first + Row{.id = "w-2", .value = "fast"}.text(), {"wrong.csv:3", "'value'", "'fast'"});
  expect_refused_table(first + Row{.id = "w-2", .value = "-3"}.text(), {"wrong.csv:3", "'value'", "'-3'"});
  expect_refused_table(first + Row{.id = "w-2", .value = "nan"}.text(), {"wrong.csv:3", "'value'", "'nan'"});
}

TEST_F(ValidateCommand, AnIdThatStandsInTwoFilesIsAnError) {
  write_tables();
  fs::create_directory(folder / "tables");
  fs::copy_file(folder / "cases.csv", folder / "tables/a.csv");
  fs::copy_file(folder / "cases.csv", folder / "tables/b.csv");
  expect_error(validate("--cases tables --fit fit.csv"), 3, "a.csv:2 too");
}

TEST_F(ValidateCommand, AnEmptyFitIsOneClearError) {
  write_tables();
  write("fit.csv", decode_columns);
  expect_error(validate("--cases cases.csv --fit fit.csv"), 3, "nothing to fit on");
  write("fit.csv", {{.id = "f-1", .accelerator = "H100-SXN"}});
  expect_error(validate("--cases cases.csv --fit fit.csv"), 3, "nothing to fit on");
}

TEST_F(ValidateCommand, AWrongCommandIsAMatterOfUsage) {
  write_tables();
  expect_error(validate("--fit fit.csv"), 2, "--cases");
  expect_error(validate("--cases cases.csv --fit fit.csv --leave-out devices"), 2, "--leave-out");
}

TEST_F(ValidateCommand, AFileThatCannotBeReadIsNamed) {
  write_tables();
  expect_error(validate("--cases none.csv --fit fit.csv"), 3, "none.csv");
  expect_error(validate("--cases cases.csv --fit none.csv"), 3, "none.csv");
  fs::create_directory(folder / "empty");
  expect_error(validate("--cases empty --fit fit.csv"), 3, "empty");
}

TEST_F(ValidateCommand, OverwritesNothingWithoutForce) {
  write_tables();
  ASSERT_EQ(validate("--cases cases.csv --fit fit.csv --output all.csv").code, 0);
  const std::string before = text_of("all.csv");
  EXPECT_THAT(before, AllOf(HasSubstr("id,group,device"), HasSubstr("\nc-1,single,h100-sxm"), HasSubstr("\nc-3,")));
  EXPECT_THAT(files(), ElementsAre("all.csv", "cases.csv", "fit.csv"));
  write("cases.csv", {{.id = "other"}});
  expect_error(validate("--cases cases.csv --fit fit.csv --output all.csv"), 2, "--force");
  EXPECT_EQ(text_of("all.csv"), before);
  ASSERT_EQ(validate("--cases cases.csv --fit fit.csv --output all.csv --force").code, 0);
  EXPECT_THAT(text_of("all.csv"), AllOf(HasSubstr("\nother,"), Not(HasSubstr("c-1"))));
}

TEST_F(ValidateCommand, AFailureLeavesNoFileBehind) {
  write_tables();
  expect_error(validate("--cases none.csv --fit fit.csv --output all.csv"), 3, "none.csv");
  EXPECT_THAT(files(), ElementsAre("cases.csv", "fit.csv"));
}

class ValidateFlash : public ValidateCommand {};

TEST_F(ValidateFlash, PredictsTheStreamsOfARun) {
  results::write_run(folder / "run", analysis::example_flash(0.02));
  const Outcome outcome = validate("--flash run");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("order "), HasSubstr("predicted"), HasSubstr("\nknown: median error"),
                                 HasSubstr("\ndependent: median error")));
  const Outcome machine = validate("--flash run --json");
  ASSERT_EQ(machine.code, 0) << machine.err;
  const json document = json::parse(machine.out);
  EXPECT_EQ(document.at("points").size(), 16u);
  for (const json& one : document.at("points"))
    for (const char* key : {"order", "prefetch", "predicted", "measured", "error", "inside"})
      EXPECT_TRUE(one.contains(key)) << key;
  EXPECT_LT(document.at("orders").at(0).at("median_error"), 0.05);
}

TEST_F(ValidateFlash, NamesWhatTheFolderLacks) {
  results::Run run = analysis::example_flash(0.02);
  std::erase_if(run.measurements, [](const results::Measurement& m) { return m.probe == "storage.stream_layers"; });
  results::write_run(folder / "run", run);
  const Outcome outcome = validate("--flash run --json");
  expect_error(outcome, 3, "no measured point of storage.stream_layers: sextant run");
  EXPECT_EQ(outcome.out, "");
  expect_error(validate("--flash nowhere"), 3, "nowhere");
  expect_error(validate("--flash run --cases cases.csv"), 2, "--cases");
  expect_error(validate("--flash run --output all.csv"), 2, "--flash");
  expect_error(validate(""), 2, "--flash DIR");
}

}  // namespace
}  // namespace sextant::bench
