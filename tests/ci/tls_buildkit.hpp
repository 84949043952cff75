#pragma once
#include "ci/client.hpp"
#include "ci/served.hpp"

namespace polyarch::ci_clients {

// key.pem, cert.pem and ca.pem, all of 127.0.0.1: of a server, and of the client that it takes.
inline void make_certificates(const fs::path& directory) {
  fs::create_directories(directory);
  const auto made = run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                         "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
                         "-keyout", (directory / "key.pem").string(), "-out", (directory / "cert.pem").string()});
  EXPECT_TRUE(made.ok()) << shown(made);
  fs::copy(directory / "cert.pem", directory / "ca.pem");
}

// A BuildKit that takes none but the owner of these certificates. `state` must be on a file system that takes overlays.
class TlsBuildkit {
 public:
  TlsBuildkit(const fs::path& certificates, const fs::path& state)
      : served_({"unshare",
                 "--mount",
                 "--pid",
                 "--fork",
                 "--kill-child",
                 "--propagation",
                 "slave",
                 "sh",
                 "-c",
                 "mount -t proc proc /proc && exec \"$@\"",
                 "-",
                 program().string(),
                 "--addr",
                 "tcp://127.0.0.1:0",
                 "--tlscacert",
                 certificates / "ca.pem",
                 "--tlscert",
                 certificates / "cert.pem",
                 "--tlskey",
                 certificates / "key.pem",
                 "--root",
                 state,
                 "--oci-worker=true",
                 "--oci-worker-binary",
                 runc(),
                 "--oci-worker-net",
                 "host",
                 "--containerd-worker=false",
                 "--otel-socket-path",
                 state / "otel.sock"},
                [](std::string_view line) { return port_in(line); }) {}
  std::string address() const { return "tcp://127.0.0.1:" + served_.port(); }

  // Beside the testbed's buildctl; nothing when there is none.
  static fs::path program() {
    const auto control = sys::find_program("buildctl");
    return control ? fs::canonical(*control).parent_path() / "buildkitd" : fs::path();
  }

 private:
  static std::string runc() { return sys::find_program("runc").value_or("runc"); }
  // "running server on 127.0.0.1:40123"
  static std::string port_in(std::string_view line) {
    constexpr std::string_view said = "running server on 127.0.0.1:";
    const auto at = line.find(said);
    if (at == std::string_view::npos) return "";
    const auto rest = line.substr(at + said.size());
    return std::string(rest.substr(0, rest.find_first_not_of("0123456789")));
  }

  Served served_;
};

}  // namespace polyarch::ci_clients
