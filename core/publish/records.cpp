#include "publish/records.hpp"

#include <fmt/chrono.h>
#include <functional>
#include <mutex>

#include "base/error.hpp"
#include "base/log.hpp"
#include "sys/parallel.hpp"

namespace polyarch::publish {

void Records::write(const Record& record) {
  auto index = record.to_index();
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.wall());
  index.annotations["org.opencontainers.image.created"] =
      fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  client_.put_manifest({repository_, Record::tag(record.plan, record.platform), std::nullopt}, index.media_type,
                       index.dump());
}

std::vector<Record> Records::read(const RunPlan& plan) {
  std::vector<std::string> tags;
  for (const auto& platform : plan.platforms) tags.push_back(Record::tag(plan, platform));
  return read_tags(tags);
}

std::vector<Record> Records::read_all(const std::string& run_id) {
  auto tags = client_.tags(repository_);
  const auto prefix = Record::tag_prefix(run_id);
  std::erase_if(tags, [&](const auto& tag) { return !tag.starts_with(prefix); });
  return read_tags(tags);
}

std::vector<Record> Records::read_tags(const std::vector<std::string>& tags) {
  std::vector<Record> records;
  std::mutex mutex;
  std::vector<std::function<void()>> reads;
  for (const auto& tag : tags) {
    reads.emplace_back([&, this] {
      const oci::Reference reference{repository_, tag, std::nullopt};
      const auto content = client_.get_manifest(reference);
      if (!content) return;
      try {
        auto record = Record::parse(content->bytes, reference.str());
        if (record.published || Record::tag(record.plan, record.platform) != tag) return;
        record.digest = content->descriptor.digest;
        const std::lock_guard lock(mutex);
        records.push_back(std::move(record));
      } catch (const Error& error) {
        log::warning("{}", error.message());
      }
    });
  }
  sys::run_parallel(reads, registry::parallel_requests);
  return records;
}

void Records::remove(const RunPlan& plan, const std::vector<Record>& records) {
  std::vector<std::function<void()>> deletions;
  for (const auto& record : records) {
    if (!(record.plan == plan)) continue;
    deletions.emplace_back([&, this] {
      try {
        client_.delete_manifest({repository_, std::nullopt, record.digest});
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::interrupted) throw;
        log::info("the tag {} stays: {}", Record::tag(record.plan, record.platform), error.message());
        write({.plan = plan, .platform = record.platform, .report = Json::object(), .published = true});
      }
    });
  }
  sys::run_parallel(deletions, registry::parallel_requests);
}

}  // namespace polyarch::publish
