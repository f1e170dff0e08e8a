// SPDX-License-Identifier: Apache-2.0
#include "analysis/sweep/space.hpp"

#include <algorithm>

#include "analysis/workloads/workload_reader.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

namespace fs = std::filesystem;

std::vector<Override> overrides_at(const Space& space, const SpacePoint& point, std::string_view target) {
  std::vector<Override> list;
  for (std::size_t i = 0; i < space.sweep.axes.size(); ++i) {
    const Axis& axis = space.sweep.axes[i];
    if (axis.target == target) list.push_back({axis.target, axis.path, axis.values[point.at[i]]});
  }
  return list;
}

std::vector<fs::path> files_of(const Document& document, const std::vector<Leaf>& names, const FindFile& find_file) {
  std::vector<fs::path> files;
  for (const Leaf& name : names) {
    try {
      files.push_back(find_file(name.text));
    } catch (const std::runtime_error& error) {
      refuse(document, name, error.what());
    }
  }
  return files;
}

// A complaint about a key belongs to the key, one about a value to the value. The readers call both "--set KEY: ...".
[[noreturn]] void refuse_value(const Space& space, const Axis& axis, std::size_t value, const std::string& error) {
  const std::string set = "--set " + axis.key() + ": ";
  if (error.starts_with(set)) refuse(space.sweep.document, axis.place, error.substr(set.size()));
  refuse(space.sweep.document, axis.places[value], axis.key() + " = " + axis.values[value] + ": " + error);
}

// Every value of every axis alone, the others at their first: what a key does not take is said before anything is
// computed.
void try_values(const Space& space) {
  const auto& axes = space.sweep.axes;
  SpacePoint point{0, 0, std::vector<std::size_t>(axes.size(), 0)};
  const auto try_axis = [&](std::size_t a, auto read) {
    for (std::size_t v = 0; v < axes[a].values.size(); ++v) {
      point.at[a] = v;
      try {
        read(point);
      } catch (const results::InvalidInput& error) {
        refuse_value(space, axes[a], v, error.what());
      }
    }
    point.at[a] = 0;
  };
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::size_t machines = axes[a].target == "design" ? space.designs.size() : space.workloads.size();
    for (std::size_t m = 0; m < machines; ++m) {
      (axes[a].target == "design" ? point.design : point.workload) = m;
      if (axes[a].target == "workload") {
        try_axis(a, [&](const SpacePoint& p) { workload_at(space, p); });
        continue;
      }
      try_axis(a, [&](const SpacePoint& p) {
        const Design design = design_at(space, p);
        if (!axes[a].numbers.empty() && !swept_figure(design, axes[a])) {
          refuse(space.sweep.document, axes[a].place,
                 "is a part of a figure: vary the figure itself, without its last name");
        }
      });
    }
    point.design = point.workload = 0;
  }
}

}  // namespace

Space read_space(Sweep sweep, Catalogue catalogue, const FindFile& workload, const FindFile& design,
                 const fs::path& shipped) {
  Space space;
  space.catalogue = std::move(catalogue);
  space.shipped = shipped;
  for (const fs::path& file : files_of(sweep.document, sweep.workloads, workload)) {
    space.workloads.push_back(read_document(file));
    space.workload_names.push_back(file.stem().string());
    interpret_workload(space.workloads.back(), space.workload_names.back(), space.catalogue);  // may refuse
  }
  space.designs = files_of(sweep.document, sweep.designs, design);
  for (const fs::path& file : space.designs) {
    space.design_names.push_back(file.stem().string());
    read_design(file, space.catalogue, {}, shipped);  // may refuse
  }
  for (const fs::path& file : files_of(sweep.document, sweep.against, design))
    space.against.push_back(read_design(file, space.catalogue, {}, shipped));
  space.sweep = std::move(sweep);
  try_values(space);
  return space;
}

std::vector<SpacePoint> points(const Space& space) {
  std::vector<SpacePoint> list;
  const auto& axes = space.sweep.axes;
  for (std::size_t w = 0; w < space.workloads.size(); ++w) {
    for (std::size_t d = 0; d < space.designs.size(); ++d) {
      SpacePoint point{w, d, std::vector<std::size_t>(axes.size(), 0)};
      for (bool more = true; more;) {
        list.push_back(point);
        more = false;
        for (std::size_t a = axes.size(); a-- > 0 && !more;) {
          more = ++point.at[a] < axes[a].values.size();
          if (!more) point.at[a] = 0;
        }
      }
    }
  }
  return list;
}

Workload workload_at(const Space& space, const SpacePoint& point) {
  return interpret_workload(space.workloads[point.workload], space.workload_names[point.workload], space.catalogue,
                            overrides_at(space, point, "workload"));
}

Design design_at(const Space& space, const SpacePoint& point) {
  Design design =
      read_design(space.designs[point.design], space.catalogue, overrides_at(space, point, "design"), space.shipped);
  for (const Axis& axis : space.sweep.axes) {
    const Figure* swept = swept_figure(design, axis);
    if (!swept) continue;
    Figure& figure = design.figures[static_cast<std::size_t>(swept - design.figures.data())];
    figure.estimate = results::exactly(figure.estimate.value);
    figure.ranged = true;  // so that no prior spreads it
    figure.transfer = results::TransferClass::T0;
    figure.citation = "an axis of the sweep";
    figure.assumption.clear();
  }
  return design;
}

Workload workload_with(const Space& space, const SpacePoint& point, const Axis& axis, double number) {
  std::vector<Override> overrides = overrides_at(space, point, "workload");
  overrides.push_back({axis.target, axis.path, results::number_text(number)});  // the last one counts
  return interpret_workload(space.workloads[point.workload], space.workload_names[point.workload], space.catalogue,
                            overrides);
}

std::size_t situation(const Space& space, const SpacePoint& point) {
  std::size_t index = point.workload;
  for (std::size_t a = 0; a < space.sweep.axes.size(); ++a) {
    const Axis& axis = space.sweep.axes[a];
    if (axis.target == "workload") index = index * axis.values.size() + point.at[a];
  }
  return index;
}

std::size_t situations(const Space& space) {
  std::size_t n = space.workloads.size();
  for (const Axis& axis : space.sweep.axes) n *= axis.target == "workload" ? axis.values.size() : 1;
  return n;
}

const Figure* swept_figure(const Design& design, const Axis& axis) {
  if (axis.target != "design" || axis.numbers.empty()) return nullptr;
  const auto found = std::find_if(design.figures.begin(), design.figures.end(),
                                  [&](const Figure& figure) { return figure.path == axis.path; });
  return found == design.figures.end() ? nullptr : &*found;
}

bool whole(const Axis& axis, const Design& design) {
  if (axis.target == "workload") return !axis.path.starts_with("routing.") && axis.path != "speculation.acceptance";
  const Figure* figure = swept_figure(design, axis);
  return figure && design_key(figure->slot).role == Role::count;
}

}  // namespace sextant::analysis
