#include "oci/manifest.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include "base/error.hpp"

namespace polyarch::oci {
namespace {

using ::testing::HasSubstr;

std::string blob(char fill, std::uint64_t size = 7) {
  return fmt::format(R"({{"mediaType":"application/x","digest":"sha256:{}","size":{}}})", std::string(64, fill), size);
}

template <class T>
void expect_refused(std::string_view text) {
  try {
    T::parse(text, "the source");
    ADD_FAILURE() << text.substr(0, 200);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
    EXPECT_THAT(error.message(), HasSubstr("the source: "));
    EXPECT_EQ(error.message().find_first_of("\x1b\r\n"), std::string::npos);
  }
}

TEST(Manifest, ReadsBothKinds) {
  for (const auto type : {media_type::oci_manifest, media_type::docker_manifest}) {
    const auto text = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","config":{},"layers":[{},{}]}})", type,
                                  blob('a', 1), blob('b', 20), blob('c', 300));
    const auto manifest = Manifest::parse(text, "x");
    EXPECT_EQ(manifest.media_type, type);
    EXPECT_EQ(manifest.layers.size(), 2U);
    EXPECT_EQ(manifest.total_size(), 321U);
    EXPECT_EQ(Json::parse(manifest.dump()), Json::parse(text));
  }
  EXPECT_TRUE(Index::parse(R"({"manifests":null})", "i").manifests.empty()) << "as Go writes an empty list";
  EXPECT_TRUE(Manifest::parse(fmt::format(R"({{"config":{},"layers":null}})", blob('a')), "m").layers.empty());
  const auto bare = fmt::format(R"({{"config":{},"layers":[]}})", blob('a'));
  EXPECT_EQ(Manifest::parse(bare, "x").media_type, media_type::oci_manifest);
}

TEST(Manifest, KeepsWhatMakesItAnArtifact) {
  const auto text = fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","artifactType":"application/y","config":{},)"
                                R"("layers":[],"subject":{},"annotations":{{"k":"v"}}}})",
                                media_type::oci_manifest, blob('a'), blob('b'));
  const auto manifest = Manifest::parse(text, "x");
  EXPECT_EQ(manifest.subject->digest.hex(), std::string(64, 'b'));
  EXPECT_EQ(Json::parse(manifest.dump()), Json::parse(text));
}

TEST(Manifest, RefusesWhatIsNone) {
  const auto config = R"("config":)" + blob('a');
  for (const auto& text : std::initializer_list<std::string>{
           "", "[]", "null", "{}", "{" + config + "}", R"({"layers":[]})", R"({"config":{},"layers":[]})",
           "{" + config + R"(,"layers":{}})", "{" + config + R"(,"layers":[1]})", "{" + config + R"(,"layers":"x"})",
           "{" + config + R"(,"layers":[],"mediaType":7})", "{" + config + R"(,"layers":[],"subject":7})",
           "{" + config + R"(,"layers":[],"annotations":[1]})", "{" + config + R"(,"layers":[],"artifactType":{}})",
           fmt::format(R"({{{},"layers":[],"mediaType":"{}"}})", config, media_type::oci_index),
           "{" + config + R"(,"layers":[],"mediaType":"\u001b[31m\n"})",
           "{" + config + R"(,"layers":[],"manifests":[]})",
           "{" + config + R"(,"layers":[],"x":)" + std::string(100, '[') + std::string(100, ']') + "}",
           "{" + config + R"(,"layers":[],"x":")" + std::string(4U << 20, 'x') + "\"}"}) {
    expect_refused<Manifest>(text);
  }
}

TEST(Index, RefusesWhatIsNone) {
  for (const auto& text : std::initializer_list<std::string>{
           "", "[]", "{}", R"({"manifests":{}})", R"({"manifests":7})", R"({"manifests":[null]})",
           R"({"manifests":[{"digest":1}]})", R"({"manifests":[],"mediaType":[]})", R"({"manifests":[],"subject":[]})",
           R"({"manifests":[],"annotations":"x"})", R"({"manifests":[],"layers":[]})",
           R"({"manifests":[],"config":{}})",
           fmt::format(R"({{"manifests":[],"mediaType":"{}"}})", media_type::oci_manifest),
           R"({"manifests":[]})" + std::string(4U << 20, ' ')}) {
    expect_refused<Index>(text);
  }
}

TEST(Index, SameIndexSameBytes) {
  const auto text = fmt::format(
      R"({{"annotations":{{"a":"1","b":"2"}},"artifactType":"application/y","manifests":[{0},{1}],)"
      R"("mediaType":"{2}","schemaVersion":2,"subject":{0}}})",
      R"({"digest":"sha256:)" + std::string(64, 'b') + R"(","later":[1],"mediaType":"application/x","size":7})",
      R"({"digest":"sha256:)" + std::string(64, 'a') + R"(","mediaType":"application/x","size":8})",
      media_type::oci_index);
  const auto index = Index::parse(text, "x");
  EXPECT_EQ(index.dump(), text) << "sorted members, no space, entries in their order";
  EXPECT_EQ(Index::parse(Json::parse(text).dump(4), "x").dump(), text);
  Index other;
  other.annotations["b"] = "2";
  other.annotations["a"] = "1";
  other.manifests = index.manifests;
  other.subject = index.subject;
  other.artifact_type = index.artifact_type;
  EXPECT_EQ(other.dump(), text) << "however it was made";
  EXPECT_EQ(Index{}.dump(),
            R"({"manifests":[],"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2})");
}

TEST(Index, KeepsTheMembersThatItDoesNotKnow) {
  const auto text =
      fmt::format(R"({{"a-later":{{"b":[1,null]}},"manifests":[{}],"mediaType":"{}","schemaVersion":2,"z-later":0.5}})",
                  R"({"digest":"sha256:)" + std::string(64, 'b') + R"(","mediaType":"application/x","size":7})",
                  media_type::oci_index);
  auto index = Index::parse(text, "x");
  EXPECT_EQ(index.dump(), text);
  index.manifests.clear();
  EXPECT_THAT(index.dump(), ::testing::AllOf(HasSubstr(R"("manifests":[])"), HasSubstr("a-later")));
}

TEST(Index, KeepsTheDockerType) {
  const auto text = fmt::format(R"({{"manifests":[],"mediaType":"{}","schemaVersion":2}})", media_type::docker_index);
  EXPECT_EQ(Index::parse(text, "x").dump(), text);
}

TEST(ManifestMediaType, IsDeclaredOrToldFromTheRest) {
  struct ManifestRow {
    std::string bytes;
    std::string_view content_type;
    std::string_view type;
  };
  for (const auto& row : std::initializer_list<ManifestRow>{
           {R"({"mediaType":"a/b"})", media_type::oci_index, "a/b"},
           {"{}", media_type::docker_index, media_type::docker_index},
           {"{}", "application/vnd.oci.image.index.v1+json ; charset=utf-8", media_type::oci_index},
           {"{}", "Application/VND.oci.image.index.v1+json", media_type::oci_index},
           {R"({"manifests":[]})", "text/html", media_type::oci_index},
           {"{}", "", media_type::oci_manifest},
       }) {
    EXPECT_EQ(manifest_media_type(row.bytes, row.content_type, "x"), row.type) << row.bytes << row.content_type;
  }
  for (const auto* bytes : {"", "[]", R"({"mediaType":1})"}) EXPECT_THROW(manifest_media_type(bytes, "", "x"), Error);
}

TEST(ImageConfig, SaysItsPlatform) {
  const auto config = ImageConfig::parse(
      R"({"os":"linux","architecture":"arm64","variant":"v8","created":"2024-02-29T00:00:00Z","rootfs":{}})", "x");
  EXPECT_EQ(config.platform.str(), "linux/arm64");
  EXPECT_EQ(config.created, "2024-02-29T00:00:00Z");
  for (const auto* text :
       {"", "[]", "7", R"({"os":7})", R"({"os":"linux","architecture":"a/b"})", R"({"created":7})"}) {
    expect_refused<ImageConfig>(text);
  }
}

}  // namespace
}  // namespace polyarch::oci
