// docs/migrating.md names nothing that is not there.
#include <fstream>
#include <gmock/gmock.h>
#include <iterator>
#include <regex>
#include <set>

#include "base/text.hpp"
#include "spec/inputs.hpp"
#include "spec/output.hpp"

namespace polyarch::spec {
namespace {

// The inputs that a text speaks of: `name` or `name: value`.
std::vector<std::string> named_in(const std::string& cell) {
  static const std::regex input("`([a-z]+(?:-[a-z]+)*)(?:: [^`]*)?`");
  std::vector<std::string> out;
  for (std::sregex_iterator found(cell.begin(), cell.end(), input), end; found != end; ++found)
    out.push_back((*found)[1]);
  return out;
}

TEST(Migrating, NamesInputsAndOutputsThatAreThere) {
  std::set<std::string> known{"mode", "credentials"};  // of the GitLab template, of the Jenkins step
  for (const auto& option : ci_inputs()) known.emplace(option.input());
  for (const auto& output : outputs()) known.emplace(output.name);
  std::size_t seen = 0;
  std::ifstream file(POLYARCH_SOURCE_DIR "/docs/migrating.md", std::ios::binary);
  const std::string page(std::istreambuf_iterator<char>(file), {});
  for (const auto line : text::split(page, '\n')) {
    const auto escaped = text::replace_all(line, "\\|", "/");
    const auto cells = text::split(escaped, '|');
    if (cells.size() < 4) continue;
    for (const auto& name : named_in(std::string(cells[2]))) {
      ++seen;
      EXPECT_TRUE(known.contains(name)) << name << " in: " << line;
    }
  }
  EXPECT_GT(seen, 60U) << "of the tables";
}

}  // namespace
}  // namespace polyarch::spec
