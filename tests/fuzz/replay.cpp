// Runs a fuzz target without a fuzzer: over every file of its corpus, and over seeded mutations of each.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int mutations_per_file = 300;

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string mutate(std::string input, std::mt19937& random) {
  const auto pick = [&random](std::size_t below) { return below == 0 ? 0 : random() % below; };
  for (auto edits = 1 + pick(8); edits > 0; --edits) {
    const auto at = pick(input.size() + 1);
    switch (pick(4)) {
      case 0:
        input.insert(at, 1, static_cast<char>(random()));
        break;
      case 1:
        input.erase(at, 1 + pick(16));
        break;
      case 2:
        input.insert(at, input.substr(pick(input.size() + 1), pick(64)));
        break;
      default:
        if (at < input.size()) input[at] = static_cast<char>(random());
    }
  }
  return input;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int argc, char** argv) {
  std::mt19937 random(20240229);  // the same inputs in every run
  std::vector<std::string> corpus{""};
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) corpus.push_back(read(entry.path()));
  }
  if (corpus.size() < 2) {
    std::fputs("no corpus given\n", stderr);
    return 2;
  }
  std::size_t inputs = 0;
  for (const auto& seed : corpus) {
    run(seed);
    for (int i = 0; i < mutations_per_file; ++i, ++inputs) run(mutate(seed, random));
  }
  std::printf("%zu inputs\n", inputs + corpus.size());
  return 0;
}
