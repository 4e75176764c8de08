#include "client/kubeconfig.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::client;

namespace {

constexpr const char* kFirst = R"(
apiVersion: v1
kind: Config
current-context: a
clusters:
- name: c
  cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: cGVt, tls-server-name: kube}
contexts:
- name: a
  context: {cluster: c, user: u, namespace: shop}
users:
- name: u
  user: {token: secret, client-certificate-data: Y2VydA==, client-key-data: a2V5}
)";

constexpr const char* kSecond = R"(
current-context: b
clusters:
- name: c
  cluster: {server: "https://ignored"}
- name: d
  cluster: {server: "https://10.0.0.2:6443", insecure-skip-tls-verify: true}
contexts:
- name: b
  context: {cluster: d, user: v}
users:
- name: v
  user: {tokenFile: token, username: n, password: p}
)";

}  // namespace

TEST_CASE("a context resolves to server, certificates, token and namespace") {
    auto config = Kubeconfig::parse(kFirst, "/etc/k");
    REQUIRE(config.ok());
    auto connection = config->resolve();
    REQUIRE(connection.ok());
    CHECK(connection->config.servers == std::vector<std::string>{"https://10.0.0.1:6443"});
    CHECK(connection->config.tls.ca_pem == "pem");
    CHECK(connection->config.tls.server_name == "kube");
    CHECK(connection->config.tls.certificate_pem == "cert");
    CHECK(connection->config.tls.key_pem == "key");
    CHECK(connection->config.token == "secret");
    CHECK(connection->ns == "shop");
}

TEST_CASE("files merge, the first that says something wins") {
    auto config = Kubeconfig::parse(kFirst, "/etc/k");
    auto second = Kubeconfig::parse(kSecond, "/etc/l");
    REQUIRE(config.ok());
    REQUIRE(second.ok());
    config->merge(*second);
    CHECK(config->resolve()->context == "a");
    KubeconfigOverrides overrides;
    overrides.context = "b";
    auto other = config->resolve(overrides);
    REQUIRE(other.ok());
    CHECK(other->config.tls.insecure_skip_verify);
    CHECK(other->config.token_file == "/etc/l/token");
    CHECK(other->ns == "default");
    overrides.context = "zzz";
    CHECK(config->resolve(overrides).status().message() == "context \"zzz\" does not exist");
    overrides = {};
    overrides.server = "https://else";
    CHECK(config->resolve(overrides)->config.servers[0] == "https://else");
}

TEST_CASE("a written kubeconfig reads back") {
    auto text = write_kubeconfig({"default", "https://127.0.0.1:6443", "ca", "cert", "key", "", ""});
    auto config = Kubeconfig::parse(text, ".");
    REQUIRE(config.ok());
    auto connection = config->resolve();
    REQUIRE(connection.ok());
    CHECK(connection->config.tls.ca_pem == "ca");
    CHECK(connection->config.tls.key_pem == "key");
}

TEST_CASE("what cannot work is said plainly") {
    CHECK(Kubeconfig::parse("", ".")->resolve().status().message() == "the kubeconfig names no API server");
    CHECK(!Kubeconfig::parse("[1]", ".").ok());
    auto exec = Kubeconfig::parse("clusters: [{name: c, cluster: {server: 'https://x'}}]\nusers: [{name: u, user: {exec: {command: x}}}]\n"
                                  "contexts: [{name: a, context: {cluster: c, user: u}}]\ncurrent-context: a\n", ".");
    REQUIRE(exec.ok());
    CHECK(!exec->resolve().ok());
}
