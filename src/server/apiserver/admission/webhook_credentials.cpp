#include "server/apiserver/admission/webhook_credentials.h"

#include "base/encoding.h"
#include "base/file.h"
#include "base/strings.h"
#include "client/kubeconfig.h"
#include "server/apiserver/admission/settings.h"

namespace skiff::apiserver {
namespace {

constexpr size_t kTokenBytesMax = 64 << 10;

}  // namespace

Result<std::shared_ptr<const WebhookCredentials>> WebhookCredentials::open(const json::Value& configuration) {
    if (configuration.is_null()) return std::shared_ptr<const WebhookCredentials>();
    const bool old = configuration["kind"].as_string() == "WebhookAdmission";
    TRY(expect_configuration(configuration, "apiserver.config.k8s.io", {old ? "v1alpha1" : "v1"}, old ? "WebhookAdmission" : "WebhookAdmissionConfiguration", {"kubeConfigFile"}));
    const std::string& path = configuration["kubeConfigFile"].as_string();
    if (!path.starts_with('/')) return error(Reason::BadRequest, "kubeConfigFile: Invalid value: \"{}\": must be an absolute file path", path);
    if (!file::exists(path)) return error(Reason::BadRequest, "kubeConfigFile: {} is not there", path);
    const client::Kubeconfig kubeconfig = TRY(client::Kubeconfig::load({path}));
    auto out = std::make_shared<WebhookCredentials>();
    for (const json::Value& user : kubeconfig.tree()["users"].items()) out->users_.insert_or_assign(user["name"].as_string(), TRY(client::Kubeconfig::credentials(user["user"])));
    const json::Value& current = kubeconfig.tree()["current-context"];
    for (const json::Value& context : kubeconfig.tree()["contexts"].items())
        if (context["name"] == current) out->fallback_ = context["context"]["user"].as_string();
    return std::shared_ptr<const WebhookCredentials>(std::move(out));
}

const client::RemoteConfig* WebhookCredentials::find(const std::string& target) const {
    auto known = [&](const std::string& name) {
        auto found = users_.find(name);
        return found == users_.end() ? nullptr : &found->second;
    };
    // The name itself, then with a star for one part after the other.
    auto matching = [&](const std::string& host) {
        const client::RemoteConfig* user = known(host);
        for (size_t dot = host.find('.'); user == nullptr && dot != host.npos; dot = host.find('.', dot + 1)) user = known("*" + host.substr(dot));
        return user;
    };
    const client::RemoteConfig* user = matching(target);
    if (user == nullptr && target.ends_with(":443")) user = matching(target.substr(0, target.size() - 4));
    if (user == nullptr) user = known("*");
    return user != nullptr || fallback_.empty() ? user : known(fallback_);
}

Result<std::string> authorization_of(const client::RemoteConfig& user) {
    if (!user.token.empty()) return "Bearer " + user.token;
    if (!user.token_file.empty()) return "Bearer " + std::string(trim(TRY(file::read(user.token_file, kTokenBytesMax))));
    return user.username.empty() ? std::string() : "Basic " + base64_encode(user.username + ":" + user.password);
}

}  // namespace skiff::apiserver
