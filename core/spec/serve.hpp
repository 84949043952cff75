#pragma once
#include <string>

#include "spec/field.hpp"

namespace polyarch::spec {

// `polyarch registry serve`.
struct ServeOptions {
  std::string listen = "127.0.0.1:5000";
  std::string directory;  // empty: a temporary one that is gone at the end
  bool read_only = false;
  std::string auth;
  std::string tls_certificate;
  std::string tls_key;
  std::string max_manifest = "4M";
  std::string max_blob = "32G";
  bool allow_sparse = false;
};

// `polyarch registry gc`.
struct GcOptions {
  std::string directory;
  bool untagged = false;
  bool dry_run = false;
};

const Command<ServeOptions>& registry_serve_command();
const Command<GcOptions>& registry_gc_command();

}  // namespace polyarch::spec
