// SPDX-License-Identifier: Apache-2.0
#include "probes/probe/worker.hpp"

#include <cmath>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "probes/probe/meters.hpp"
#include "probes/probe/workspace.hpp"
#include "results/record/point.hpp"

namespace sextant::probes {

namespace {

using Json = nlohmann::ordered_json;
using Kind = Message::Kind;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

double number(const Json& value) { return value.is_null() ? results::not_available : value.get<double>(); }

constexpr std::pair<Kind, const char*> kind_names[] = {
    {Kind::hello, "hello"}, {Kind::start, "start"}, {Kind::pilot, "pilot"}, {Kind::row, "row"},
    {Kind::skip, "skip"},   {Kind::fail, "fail"},   {Kind::done, "done"}};

Json row_json(const results::Sample& sample) {
  const auto& conditions = sample.conditions;
  Json extras = Json::array();
  for (double value : sample.extras) extras.push_back(number(value));
  Json row = {{"seconds", number(sample.seconds)},
              {"operations", number(sample.operations)},
              {"bytes", number(sample.bytes)},
              {"launch", sample.launch},
              {"repetition", sample.repetition},
              {"stage", results::name(sample.stage)},
              {"start", number(sample.start)},
              {"cpu", sample.cpu},
              {"conditions",
               {number(conditions.involuntary_switches), number(conditions.major_faults), number(conditions.run_delay),
                number(conditions.cpu_seconds), number(conditions.canary_compute), number(conditions.canary_cache),
                number(conditions.canary_memory), number(conditions.canary_device), number(conditions.canary_message),
                number(conditions.canary_together), number(conditions.canary_change)}},
              {"extras", extras}};
  if (!sample.requests.empty()) row["requests"] = sample.requests;
  return row;
}

results::Sample row_of(const Json& row) {
  results::Sample sample;
  sample.seconds = number(row.at("seconds"));
  sample.operations = number(row.at("operations"));
  sample.bytes = number(row.at("bytes"));
  sample.launch = row.at("launch").get<int>();
  sample.repetition = row.at("repetition").get<int>();
  sample.stage = results::stage_from_name(row.at("stage").get<std::string>());
  sample.start = number(row.at("start"));
  sample.cpu = row.at("cpu").get<int>();
  const Json& conditions = row.at("conditions");
  const auto condition = [&](std::size_t i) { return number(conditions.at(i)); };
  sample.conditions = {condition(0), condition(1), condition(2), condition(3), condition(4), condition(5),
                       condition(6), condition(7), condition(8), condition(9), condition(10)};
  for (const Json& value : row.at("extras")) sample.extras.push_back(number(value));
  if (row.contains("requests")) sample.requests = row["requests"].get<std::vector<double>>();
  return sample;
}

Json parse(const std::string& line) {
  try {
    return Json::parse(line);
  } catch (const Json::exception&) {
    throw std::invalid_argument("not a line of the row protocol: " + line.substr(0, 200));
  }
}

void send(std::FILE* out, const Message& message) {
  const std::string line = to_line(message);
  // A supervisor that is gone will not come back: the pipe's SIGPIPE ends us, and an error here does the same.
  if (std::fwrite(line.data(), 1, line.size(), out) != line.size() || std::fflush(out) != 0) {
    throw std::runtime_error("the supervisor does not listen any more");
  }
}

Message about(Kind kind, int id, std::string text = {}) {
  Message message;
  message.kind = kind;
  message.id = id;
  message.text = std::move(text);
  return message;
}

std::string read_line(std::FILE* in) {
  std::string line;
  for (int c; (c = std::fgetc(in)) != EOF && c != '\n';) line.push_back(char(c));
  return line;
}

}  // namespace

std::string to_line(const Job& job) {
  Json assignments = Json::array();
  for (const Assignment& assignment : job.assignments) {
    assignments.push_back({{"id", assignment.id},
                           {"point", results::to_text(assignment.point)},
                           {"iterations", assignment.iterations},
                           {"samples", assignment.samples},
                           {"first_repetition", assignment.first_repetition},
                           {"first_warmup", assignment.first_warmup}});
  }
  const Json json = {{"probe", job.probe},   {"launch", job.launch}, {"seed", job.seed},
                     {"origin", job.origin}, {"target", job.target}, {"assignments", assignments}};
  return json.dump() + "\n";
}

Job job_from_line(const std::string& line) {
  const Json json = parse(line);
  try {
    Job job{json.at("probe"), json.at("launch"), json.at("seed"), json.at("origin"), json.at("target"), {}};
    for (const Json& assignment : json.at("assignments")) {
      job.assignments.push_back({assignment.at("id"),
                                 results::point_from_text(assignment.at("point").get<std::string>()),
                                 assignment.at("iterations"), assignment.at("samples"),
                                 assignment.at("first_repetition"), assignment.at("first_warmup")});
    }
    return job;
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string("not a job: ") + error.what());
  }
}

std::string to_line(const Message& message) {
  Json json;
  for (const auto& [kind, kind_name] : kind_names) {
    if (kind == message.kind) json["kind"] = kind_name;
  }
  switch (message.kind) {
    case Kind::hello:
      json["protocol"] = message.protocol;
      json["build"] = message.text;
      break;
    case Kind::start:
      json["id"] = message.id;
      break;
    case Kind::pilot:
      json["id"] = message.id;
      json["iterations"] = message.iterations;
      break;
    case Kind::row:
      json["id"] = message.id;
      json["row"] = row_json(message.sample);
      break;
    case Kind::skip:
    case Kind::fail:
      json["id"] = message.id;
      json["reason"] = message.text;
      break;
    case Kind::done:
      json["canary_seconds"] = number(message.canary_seconds);
      json["bookkeeping_seconds"] = number(message.bookkeeping_seconds);
      break;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Message message_from_line(const std::string& line) {
  const Json json = parse(line);
  try {
    Message message;
    const std::string said = json.at("kind");
    bool known = false;
    for (const auto& [kind, kind_name] : kind_names) {
      if (said != kind_name) continue;
      message.kind = kind;
      known = true;
    }
    if (!known) throw std::invalid_argument("unknown kind of message: " + said);
    message.id = json.value("id", 0);
    if (message.kind == Kind::hello) {
      message.protocol = json.at("protocol");
      message.text = json.at("build");
    }
    if (message.kind == Kind::pilot) message.iterations = json.at("iterations");
    if (message.kind == Kind::row) message.sample = row_of(json.at("row"));
    if (message.kind == Kind::skip || message.kind == Kind::fail) message.text = json.at("reason");
    if (message.kind == Kind::done) {
      message.canary_seconds = number(json.at("canary_seconds"));
      message.bookkeeping_seconds = number(json.at("bookkeeping_seconds"));
    }
    return message;
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string("damaged message: ") + error.what());
  }
}

int serve(const std::vector<Probe>& probes, std::FILE* in, std::FILE* out) {
  Message hello = about(Kind::hello, 0, build_identity());
  hello.protocol = protocol_version;
  send(out, hello);

  const Job job = job_from_line(read_line(in));
  const Probe* probe = nullptr;
  for (const Probe& candidate : probes) {
    if (candidate.name == job.probe && candidate.prepare) probe = &candidate;
  }
  if (!probe) throw std::invalid_argument("this worker has no probe named " + job.probe);

  const Meters meters;  // before any thread is started
  Machine machine = detect_machine();
  machine.target = job.target;
  Workspace workspace(machine, job.target, job.seed);
  Sink sink;
  sink.start = [&](int id) { send(out, about(Kind::start, id)); };
  sink.pilot = [&](int id, std::uint64_t iterations) {
    Message message = about(Kind::pilot, id);
    message.iterations = iterations;
    send(out, message);
  };
  sink.row = [&](int id, const results::Sample& sample) {
    Message message = about(Kind::row, id);
    message.sample = sample;
    send(out, message);
  };
  sink.skip = [&](int id, const std::string& reason) { send(out, about(Kind::skip, id, reason)); };
  sink.fail = [&](int id, const std::string& reason) { send(out, about(Kind::fail, id, reason)); };
  const Watching watching = run_launch(*probe, workspace, job.assignments, job.launch, monotonic_clock(), job.origin,
                                       sink, canaries(machine.processors), &meters);
  Message done = about(Kind::done, 0);
  done.canary_seconds = watching.canary_seconds;
  done.bookkeeping_seconds = watching.bookkeeping_seconds;
  send(out, done);
  return 0;
}

}  // namespace sextant::probes
