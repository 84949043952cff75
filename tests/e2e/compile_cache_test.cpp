// A C project whose objects lie in a cache mount: what CI loses between builders, and what it is worth.
#include <gmock/gmock.h>

#include "e2e/engine.hpp"

namespace polyarch::e2e {
namespace {

using ::testing::HasSubstr;

class CompileCache : public Testbed {
 protected:
  void copy_compiler() {
    const auto script = std::string(POLYARCH_SOURCE_DIR) + "/tests/e2e/copy_compiler.sh";
    const auto copied = run({script, path("context/compiler").string()});
    ASSERT_TRUE(copied.ok()) << shown(copied);
  }

  void write_source(const std::string& name, const std::string& text) { write(path("context/source/" + name), text); }

  void write_project() {
    copy_compiler();
    write_source(
        "main.c",
        "int puts(const char*);\nconst char* greeting(void);\nint main(void) { return puts(greeting()) < 0; }\n");
    write_source("greeting.c", "const char* greeting(void) { return \"one\"; }\n");
    context(
        "ARG BASE\n"
        "FROM $BASE AS build\n"
        "COPY compiler /\n"
        "ARG JOB\n"
        "COPY source /source\n"
        "WORKDIR /source\n"
        "RUN --mount=type=cache,target=/objects for file in *.c; do object=/objects/${file%.c}.o; "
        "if [ $object -nt $file ]; then echo kept $file; else echo compiles $file; gcc -ffreestanding -nostdinc -c "
        "$file -o $object; fi; "
        "done; "
        "gcc -fno-use-linker-plugin -static /objects/*.o -o /program\n"
        "FROM $BASE\n"
        "COPY --from=build /program /program\n");
  }

  // On a builder of its own, which is gone afterwards. Returns the report, and in `output` what the compile step said.
  Json build(const std::string& greeting, std::string& output) {
    const auto result = engine(
        joined({"build", "--platform", "linux/amd64", "--build-arg", base_argument(), "--tag",
                registry_.address() + "/app:1", "--push", "--build-arg", "JOB=" + std::to_string(++jobs_), "--test",
                "test $(/program) = " + greeting, "--report-dir", path("report").string(), path("context").string()},
               own_builder()),
        {{"XDG_CACHE_HOME", path("home").string()}});
    EXPECT_EQ(result.status, 0) << shown(result);
    EXPECT_EQ(left_overs(), "");
    auto report = read_json(path("report/report.json"));
    output.clear();
    for (const auto& step : report.at("steps")) output += step.at("log").get<std::string>();
    return report;
  }

  int jobs_ = 0;  // an argument of the build, so that no step comes out of the layer cache
  ServedRegistry registry_;
};

TEST_F(CompileCache, OutlivesItsBuilder) {
  write_project();
  std::string output;
  const auto first = build("one", output);
  EXPECT_THAT(output, HasSubstr("compiles main.c"));
  EXPECT_TRUE(first.at("cache_mounts").at(0).at("restored").is_null());
  const auto saved = first.at("cache_mounts").at(0).at("saved");
  EXPECT_EQ(saved.at("files"), 2);
  EXPECT_GT(saved.at("moved_bytes"), 0);

  const auto second = build("one", output);
  EXPECT_THAT(output, HasSubstr("kept main.c"));
  EXPECT_THAT(output, HasSubstr("kept greeting.c"));
  const auto restored = second.at("cache_mounts").at(0).at("restored");
  EXPECT_EQ(restored.at("files"), 2);
  EXPECT_EQ(restored.at("bytes"), saved.at("bytes"));
  EXPECT_GT(restored.at("duration_ms"), 0);
  EXPECT_EQ(second.at("cache_mounts").at(0).at("saved").at("moved_bytes"), 0) << "nothing is new";

  write_source("greeting.c", "const char* greeting(void) { return \"two\"; }\n");
  build("two", output);
  EXPECT_THAT(output, HasSubstr("kept main.c"));
  EXPECT_THAT(output, HasSubstr("compiles greeting.c"));
  const auto summary = sys::read_file(path("report/report.md"), 1U << 20);
  EXPECT_THAT(summary, HasSubstr("2 files"));
}

}  // namespace
}  // namespace polyarch::e2e
