#include <algorithm>
#include <filesystem>
#include <iostream>

#include "app/credential_answer.hpp"
#include "cli/run.hpp"
#include "sys/environment.hpp"

int main(int argc, char** argv) {
  using namespace polyarch;
  if (argc > 1 && std::filesystem::path(argv[0]).filename() == app::helper_program)
    return app::answer_credentials(argv[1], sys::process_environment(), std::cin, std::cout);
  return cli::run({argv + std::min(argc, 1), argv + argc});
}
