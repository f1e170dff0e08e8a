// SPDX-License-Identifier: Apache-2.0
#include "analysis/catalogue/weight_files.hpp"

#include "analysis/catalogue/catalogue.hpp"
#include "results/record/csv.hpp"

namespace sextant::analysis {
namespace {

const WeightFile* lookup(const std::vector<WeightFile>& files, std::string_view model, std::string_view weight_type) {
  for (const WeightFile& file : files) {
    if (file.model == model && file.weight_type == weight_type) return &file;
  }
  return nullptr;
}

}  // namespace

std::vector<WeightFile> load_weight_files(const std::filesystem::path& file, const Catalogue& catalogue) {
  const results::CsvTable table = results::read_csv(file);
  std::vector<WeightFile> files;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const Entry* model = lookup(catalogue, Kind::model, table.cell(row, "model"));
    if (!model) table.fail(row, "model", "is no model of the catalogue");
    const Entry* type = lookup(catalogue, Kind::precision, table.cell(row, "weight_type"));
    if (!type) table.fail(row, "weight_type", "is no number format of the catalogue");
    const double bytes = table.number(row, "file[GB]") * 1e9;
    if (!(bytes > 0)) table.fail(row, "file[GB]", "must be above 0");
    if (lookup(files, model->id, type->id)) table.fail(row, "weight_type", "stands twice for this model: keep one row");
    files.push_back({model->id, type->id, bytes, table.cell(row, "source")});
  }
  return files;
}

double file_bytes(const Catalogue& catalogue, std::string_view model, std::string_view weight_type) {
  const WeightFile* file = lookup(catalogue.weight_files, model, weight_type);
  return file ? file->bytes : 0;
}

}  // namespace sextant::analysis
