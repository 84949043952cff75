#pragma once
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "contract/registries.hpp"
#include "unit/publish/layout_builder.hpp"
#include "unit/registry/fixture.hpp"

namespace polyarch::testing {

// Notes what passes through, and refuses what it is told to.
class Gate final : public http::Transport {
 public:
  http::Response send(const http::Request& request) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request.method + " " + request.url);
    }
    if (refuses && refuses(request)) return {.status = refusal, .headers = {}, .body = "no"};
    if (!one_tag_a_request) return inner_->send(request);
    auto plain = request;
    plain.url = request.url.substr(0, request.url.find("?tag="));
    return inner_->send(plain);
  }

  // How many requests of that method had `part` in their URL.
  std::size_t count(const std::string& method, const std::string& part) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(requests_, [&](const std::string& line) {
      return line.starts_with(method + " ") && line.find(part) != std::string::npos;
    }));
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    requests_.clear();
  }

  std::function<bool(const http::Request&)> refuses;
  int refusal = 403;
  bool one_tag_a_request = false;  // as registries of distribution-spec 1.1, which pass over what they do not know

 private:
  std::unique_ptr<http::Transport> inner_ = http::with_redirects(http::make_transport({}));
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

class PublishTest : public ::testing::Test {
 protected:
  static inline const oci::Platform amd64 = oci::Platform::parse("linux/amd64");
  static inline const oci::Platform arm64 = oci::Platform::parse("linux/arm64");

  oci::Repository repository(const std::string& name) const {
    return oci::Repository::parse(running_.authority() + "/" + name);
  }
  oci::Reference tag(const std::string& name, const std::string& tag) const {
    return {repository(name), tag, std::nullopt};
  }
  oci::Reference by_digest(const std::string& name, const oci::Descriptor& what) const {
    return {repository(name), std::nullopt, what.digest};
  }

  // Two platforms; amd64 has an attestation.
  void export_two_platforms() {
    amd64_image_ = with_platform(layout_.image(amd64, "for amd64"), amd64);
    arm64_image_ = with_platform(layout_.image(arm64, "for arm64"), arm64);
    attestation_ = layout_.attestation(amd64_image_);
    index_ = layout_.index({attestation_, amd64_image_, arm64_image_});
  }

  EmbeddedRegistry running_;
  Gate gate_;
  FakeCredentials credentials_;
  registry::Client client_{gate_, credentials_, {}};
  LayoutBuilder layout_;
  oci::Descriptor amd64_image_, arm64_image_, attestation_, index_;
};

}  // namespace polyarch::testing
