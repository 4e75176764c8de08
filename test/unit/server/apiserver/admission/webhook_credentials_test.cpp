#include <catch2/catch.hpp>

#include "base/file.h"
#include "json/parse.h"
#include "server/apiserver/admission/webhook_credentials.h"
#include "../../store/temp_dir.h"

using namespace skiff;
using namespace skiff::apiserver;

namespace {

Result<std::shared_ptr<const WebhookCredentials>> opened(const std::string& path) {
    return WebhookCredentials::open(json::Value::object({{"apiVersion", "apiserver.config.k8s.io/v1"}, {"kind", "WebhookAdmissionConfiguration"}, {"kubeConfigFile", path}}));
}

}  // namespace

TEST_CASE("a webhook is told who we are by its host, by the stars above it, then by the file's context") {
    TempDir dir;
    const std::string path = dir.path + "/kubeconfig";
    REQUIRE(file::write_volatile(path, R"(users:
- {name: "a.ns.svc:443", user: {token: exact}}
- {name: "*.ns.svc", user: {token: starred}}
- {name: "me", user: {username: u, password: p}}
contexts:
- {name: c, context: {user: me}}
current-context: c
)", 0600).ok());
    auto credentials = opened(path);
    REQUIRE(credentials.ok());
    auto said = [&](const std::string& target) {
        const auto* user = (*credentials)->find(target);
        return user ? authorization_of(*user).value_or("?") : "";
    };
    CHECK(said("a.ns.svc:443") == "Bearer exact");
    CHECK(said("b.ns.svc:443") == "Bearer starred");
    CHECK(said("b.ns.svc:8443") == "Basic dTpw");
    CHECK(said("example.com:443") == "Basic dTpw");
}

TEST_CASE("a file of webhooks' credentials must be there and be named from the root") {
    CHECK((*WebhookCredentials::open(json::Value())) == nullptr);
    CHECK(opened("kubeconfig").status().message() == "kubeConfigFile: Invalid value: \"kubeconfig\": must be an absolute file path");
    CHECK_FALSE(opened("/none/kubeconfig").ok());
}
