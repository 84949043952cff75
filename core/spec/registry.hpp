#pragma once
#include <string>
#include <vector>

#include "spec/field.hpp"

namespace polyarch::spec {

// How registries are reached: part of every command that speaks to them.
struct RegistryOptions {
  std::vector<std::string> insecure_registries;
  std::vector<std::string> registry_mirrors;    // REGISTRY=HOST[:PORT][/PREFIX]
  std::vector<std::string> registry_auths;      // HOST=USER:PASSWORD
  std::vector<std::string> registry_auth_envs;  // HOST=NAME of a variable that holds USER:PASSWORD
};

template <class O>
std::vector<Field<O>> registry_fields() {
  const auto group = Group::registry;
  return {{"insecure-registry",
           &O::insecure_registries,
           "Registry that may be spoken to without TLS",
           {.value = "HOST[:PORT]", .input = "insecure-registries", .comma = true, .group = group}},
          {"registry-mirror",
           &O::registry_mirrors,
           "Registry that is asked first for another's images, such as docker.io=mirror.example/hub",
           {.value = "REGISTRY=HOST[:PORT][/PREFIX]", .input = "registry-mirrors", .comma = true, .group = group}},
          {"registry-auth",
           &O::registry_auths,
           "Credentials for registries, one HOST=USER:PASSWORD a line; Docker's own are used too",
           {.value = "HOST=USER:PASSWORD", .secret = true, .group = group}},
          {"registry-auth-env",
           &O::registry_auth_envs,
           "Credentials for a registry whose value, USER:PASSWORD, is an environment variable",
           {.value = "HOST=NAME", .input = "registry-auth-envs", .comma = true, .group = group}}};
}

// The fields of a command that asks registries and prints what it finds: its own, and these.
template <class O>
std::vector<Field<O>> with_registry(std::vector<Field<O>> own) {
  for (auto& field : registry_fields<O>()) own.push_back(std::move(field));
  own.push_back(
      {"format", &O::format, "How the result is printed", {.group = Group::output, .choices = {"table", "json"}}});
  return own;
}

}  // namespace polyarch::spec
