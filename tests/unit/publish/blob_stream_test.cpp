#include "publish/blob_stream.hpp"

#include <gtest/gtest.h>
#include <random>

#include "base/error.hpp"
#include "unit/publish/fixture.hpp"

namespace polyarch::publish {
namespace {

// A blob of more than two buffers, read as an upload does it: from the beginning, and again from anywhere before.
class BlobStream : public testing::PublishTest {
 protected:
  void SetUp() override {
    std::mt19937 random(7);
    bytes_.resize((5U << 20) / 2 + 12345);
    for (auto& byte : bytes_) byte = static_cast<char>(random());
    blob_ = {.media_type = "a/b", .digest = Digest::sha256(bytes_), .size = bytes_.size()};
    client_.push_blob(repository("a"), blob_.digest, testing::source_of(bytes_));
    gate_.forget();
  }

  static std::string read(const http::BodySource& body, std::uint64_t from, std::uint64_t to, std::size_t step) {
    std::string out;
    std::string buffer(step, '\0');
    while (from + out.size() < to) {
      const auto size =
          body.read(from + out.size(), buffer.data(), std::min<std::size_t>(step, to - from - out.size()));
      EXPECT_GT(size, 0U);
      out.append(buffer, 0, size);
    }
    return out;
  }

  std::string bytes_;
  oci::Descriptor blob_;
};

TEST_F(BlobStream, GivesTheBlobWithOneDownload) {
  const auto body = stream_blob(client_, repository("a"), blob_);
  EXPECT_EQ(body.size, bytes_.size());
  EXPECT_EQ(gate_.count("GET", "/blobs/"), 0U) << "nothing before it is read";
  EXPECT_TRUE(read(body, 0, bytes_.size(), 100'000) == bytes_);
  EXPECT_EQ(gate_.count("GET", "/blobs/"), 1U);
}

TEST_F(BlobStream, GoesOnWhereAnUploadBrokeOff) {
  const auto body = stream_blob(client_, repository("a"), blob_);
  for (const std::uint64_t end : {3'000U, 1'500'000U, 2'000'000U}) {
    const auto begin = end / 2;
    read(body, 0, end, 65'536);
    EXPECT_TRUE(read(body, begin, end, 65'536) == bytes_.substr(begin, end - begin));
  }
  EXPECT_TRUE(read(body, 1'000'000, bytes_.size(), 1U << 22) == bytes_.substr(1'000'000));
  EXPECT_TRUE(read(body, 0, bytes_.size(), 1U << 18) == bytes_);
}

TEST_F(BlobStream, EndsItsDownloadWhenNobodyReadsOn) {
  for (const std::uint64_t read_so_far : {0U, 1U, 1'000'000U}) {
    const auto body = stream_blob(client_, repository("a"), blob_);
    read(body, 0, read_so_far, 4096);
  }
}

TEST_F(BlobStream, GivesNoLastByteOfAnotherBlob) {
  auto wrong = blob_;
  wrong.digest = Digest::sha256("something else");
  // The registry answers for `wrong` with the bytes of the blob.
  class Swap final : public http::Transport {
   public:
    Swap(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}
    http::Response send(const http::Request& request) override {
      auto other = request;
      if (const auto at = other.url.find(from_); at != std::string::npos) other.url.replace(at, from_.size(), to_);
      return inner_->send(other);
    }

   private:
    std::unique_ptr<http::Transport> inner_ = http::make_transport({});
    std::string from_, to_;
  } swap(wrong.digest.str(), blob_.digest.str());
  registry::Client client(swap, credentials_, {});
  for (const auto from : {std::uint64_t{0}, std::uint64_t{1000}}) {
    const auto body = stream_blob(client, repository("a"), wrong);
    std::string got = read(body, 0, 2000, 2000);
    EXPECT_THROW(read(body, from, bytes_.size(), 1U << 18), Error);
    EXPECT_THROW(read(body, 0, bytes_.size(), 1U << 18), Error) << "a second try is no better";
  }
}

TEST_F(BlobStream, TellsWhyTheDownloadFailed) {
  gate_.refuses = [](const http::Request& request) { return request.method == "GET"; };
  const auto body = stream_blob(client_, repository("a"), blob_);
  try {
    read(body, 0, 1, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::auth);
  }
}

// The upload's registry hangs up in the middle: the blob arrives all the same.
TEST_F(BlobStream, FeedsAnUploadThatBreaks) {
  const testing::EmbeddedRegistry other;
  class Breaks final : public http::Transport {
   public:
    http::Response send(const http::Request& request) override {
      if (request.source && breaks_-- > 0) {
        std::string buffer(1'200'000, '\0');
        std::uint64_t read = 0;
        while (read < buffer.size()) read += request.source->read(read, buffer.data(), buffer.size() - read);
        throw Error(ErrorKind::network, "the connection broke", "", true);
      }
      return inner_->send(request);
    }

   private:
    std::unique_ptr<http::Transport> inner_ = http::make_transport({});
    std::atomic<int> breaks_ = 2;
  } breaks;
  registry::Client client(breaks, credentials_, {});
  const auto there = oci::Repository::parse(other.authority() + "/b");
  client.push_blob(there, blob_.digest, stream_blob(client_, repository("a"), blob_));
  EXPECT_TRUE(client_.has_blob(there, blob_.digest));
}

}  // namespace
}  // namespace polyarch::publish
