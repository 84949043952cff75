#include "spec/serve.hpp"

namespace polyarch::spec {

const Command<ServeOptions>& registry_serve_command() {
  using O = ServeOptions;
  static const Command<ServeOptions> command{
      "registry serve",
      "Run an OCI registry, for laptops, tests and CI jobs",
      "Serves until it is interrupted: plain HTTP for everybody, unless it is given a certificate and passwords. "
      "Requests "
      "under way then have 10 seconds to end.",
      "polyarch registry serve --dir /var/lib/registry\npolyarch registry serve --listen 127.0.0.1:0\n"
      "polyarch registry serve --dir images --listen 0.0.0.0:5000 --auth htpasswd:users --tls-cert cert.pem --tls-key "
      "key.pem",
      {{"listen", &O::listen, "Address and port to listen on; port 0 takes any free one", {.value = "ADDRESS:PORT"}},
       {"dir",
        &O::directory,
        "Directory that keeps the images; without it, they are gone at the end",
        {.value = "DIR"}},
       {"read-only", &O::read_only, "Take no pushes and no deletes; several may serve one directory"},
       {"auth",
        &O::auth,
        "Ask for a user and password out of a file that `htpasswd -B` wrote",
        {.value = "htpasswd:FILE"}},
       {"tls-cert", &O::tls_certificate, "Serve https with this certificate and chain, in PEM", {.value = "FILE"}},
       {"tls-key", &O::tls_key, "Private key of the certificate, in PEM, without a passphrase", {.value = "FILE"}},
       {"max-manifest", &O::max_manifest, "Refuse larger manifests; K, M and G are powers of 1024", {.value = "SIZE"}},
       {"max-blob", &O::max_blob, "Refuse larger blobs; K, M and G are powers of 1024", {.value = "SIZE"}},
       {"allow-sparse", &O::allow_sparse,
        "Take manifests whose layers or platforms are not there; without it they are refused"}}};
  return command;
}

const Command<GcOptions>& registry_gc_command() {
  using O = GcOptions;
  static const Command<GcOptions> command{
      "registry gc",
      "Free the space of what nothing in a registry's directory needs any more",
      "Removes blobs that no manifest of their repository names. Refuses while a registry serves the directory.",
      "polyarch registry gc --dir /var/lib/registry --dry-run\npolyarch registry gc --dir /var/lib/registry --untagged",
      {{"dir", &O::directory, "Directory of the registry", {.value = "DIR", .required = true}},
       {"untagged", &O::untagged, "Remove manifests too that no tag leads to, by an index or as a referrer"},
       {"dry-run", &O::dry_run, "Print what would be removed, and remove nothing"}}};
  return command;
}

}  // namespace polyarch::spec
