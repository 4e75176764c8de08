#include "server/join.h"

#include "api/names.h"
#include "api/status_object.h"
#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"
#include "pki/certificate.h"
#include "pki/join_token.h"

namespace skiff::server {

namespace {

const api::Gvr kSecrets{"", "v1", "secrets"};
constexpr size_t kAddressesMax = 16;

net::Response json_response(int code, const json::Value& body) {
    net::Response response;
    response.code = code;
    response.headers.set("Content-Type", "application/json");
    response.body = net::make_bytes(json::write(body));
    return response;
}

net::Response failure(const Status& status) { return json_response(status.code(), api::status_object(status)); }

// A usable token Secret: type, expiry and the signing usage (Kubernetes reference, "Authenticating with Bootstrap Tokens").
Status check_bootstrap_token(const JoinFacts& facts, const pki::BootstrapToken& token) {
    auto refused = error(Reason::Unauthorized, "the bootstrap token is unknown or has expired; make one with `skiff token create`");
    auto secret = facts.client->get(kSecrets, "kube-system", "bootstrap-token-" + token.id);
    if (!secret.ok()) return refused;
    auto tree = (*secret)->tree();
    auto field = [&](std::string_view key) { return base64_decode((*tree)["data"][key].as_string()).value_or(""); };
    if ((*tree)["type"].as_string() != "bootstrap.kubernetes.io/token" || (*secret)->meta().deleting()) return refused;
    if (!pki::same_secret(field("token-secret"), token.secret) || field("usage-bootstrap-authentication") != "true") return refused;
    const auto expiration = field("expiration");
    const auto now = api::format_time(facts.clock->now());
    if (!expiration.empty() && expiration <= now) return refused;
    return {};
}

Status authenticate(const JoinFacts& facts, const net::Request& request) {
    const auto& header = request.headers.get("Authorization");
    auto refused = error(Reason::Unauthorized, "the token does not fit this cluster; see <data-dir>/server/node-token on the server");
    pki::BootstrapToken bootstrap;
    if (header.starts_with("Bearer ") && pki::parse_bootstrap_token(header.substr(7), bootstrap)) return check_bootstrap_token(facts, bootstrap);
    if (!header.starts_with("Basic ")) return refused;
    auto decoded = base64_decode(header.substr(6));
    if (!decoded) return refused;
    auto colon = decoded->find(':');
    if (colon == std::string::npos) return refused;
    const auto secret = decoded->substr(colon + 1);
    if (pki::same_secret(secret, facts.secrets->agent_secret) || pki::same_secret(secret, facts.secrets->server_secret)) return {};
    if (pki::parse_bootstrap_token(secret, bootstrap)) return check_bootstrap_token(facts, bootstrap);
    return refused;
}

// The first machine that joins under a name leaves its password's hash; another machine cannot take that name over.
Status check_node_password(const JoinFacts& facts, const std::string& node, const std::string& password) {
    if (password.empty()) return {};
    const auto name = node + ".node-password.skiff";
    const auto hash = sha256_hex(node + ":" + password);
    auto stored = facts.client->get(kSecrets, "kube-system", name);
    if (stored.ok()) {
        auto known = base64_decode((*(*stored)->tree())["data"]["hash"].as_string()).value_or("");
        if (pki::same_secret(known, hash)) return {};
        return error(Reason::Forbidden, "node name \"{}\" belongs to another machine; choose another --node-name, or delete the node and Secret kube-system/{}",
                     node, name);
    }
    if (stored.status().reason() != Reason::NotFound) return std::move(stored).status();
    auto secret = json::Value::object({{"apiVersion", "v1"}, {"kind", "Secret"}, {"type", "Opaque"}});
    secret.mut("metadata").set("name", name);
    secret.mut("data").set("hash", base64_encode(hash));
    auto created = facts.client->create(kSecrets, "kube-system", secret);
    return created.ok() ? Status() : std::move(created).status();
}

Result<json::Value> handle(const JoinFacts& facts, const net::Request& request) {
    if (request.method != "POST") return error(Reason::MethodNotAllowed, "only POST is served here");
    TRY(authenticate(facts, request));
    const auto& node = request.headers.get("Skiff-Node-Name");
    auto ips = split(request.headers.get("Skiff-Node-Ips"), ',');
    if (ips.empty() || ips.size() > kAddressesMax) return error(Reason::BadRequest, "Skiff-Node-Ips must hold one to {} addresses", kAddressesMax);
    auto body = TRY(json::parse(request.body));
    auto signed_certificates = TRY(sign_node(facts, node, ips, body["client"].as_string(), body["serving"].as_string()));
    TRY(check_node_password(facts, node, request.headers.get("Skiff-Node-Password")));
    log::info("join", "node certificates signed", {{"node", node}, {"from", request.remote_address}});
    return signed_certificates;
}

}  // namespace

net::Response answer_ca_bundle(const JoinFacts& facts) {
    net::Response response;
    response.headers.set("Content-Type", "text/plain");
    response.body = net::make_bytes(facts.pki->server_ca.certificate_pem());
    return response;
}

Result<json::Value> sign_node(const JoinFacts& facts, const std::string& node_name, const std::vector<std::string>& node_ips,
                              const std::string& client_csr, const std::string& serving_csr) {
    if (auto problems = api::check_dns1123_subdomain(node_name); !problems.empty())
        return error(Reason::BadRequest, "node name \"{}\": {}", node_name, problems[0]);
    auto client_request = TRY(pki::parse_csr(client_csr).context("client request"));
    auto serving_request = TRY(pki::parse_csr(serving_csr).context("serving request"));
    const auto now = facts.clock->now();
    pki::IssueOptions client;
    client.names.common_name = "system:node:" + node_name;
    client.names.organizations = {"system:nodes"};
    client.client_auth = true;
    pki::IssueOptions serving;
    serving.names.common_name = node_name;
    serving.names.dns = {node_name, "localhost"};
    serving.names.ips = node_ips;
    serving.names.ips.push_back("127.0.0.1");
    serving.server_auth = true;
    auto answer = json::Value::object();
    answer.set("client", TRY(facts.pki->client_ca.sign(client_request.public_key_pem, client, now)));
    answer.set("serving", TRY(facts.pki->kubelet_ca.sign(serving_request.public_key_pem, serving, now)));
    answer.set("clientCa", facts.pki->client_ca.certificate_pem());
    answer.set("serverCa", facts.pki->server_ca.certificate_pem());
    answer.set("clusterDns", facts.options->cluster_dns);
    answer.set("clusterDomain", facts.options->cluster_domain);
    answer.set("clusterCidr", facts.options->cluster_cidr);
    answer.set("serviceCidr", facts.options->service_cidr);
    return answer;
}

net::Response answer_node_certs(const JoinFacts& facts, const net::Request& request) {
    auto answer = handle(facts, request);
    if (answer.ok()) return json_response(200, *answer);
    log::warn("join", "refused", {{"from", request.remote_address}, {"error", answer.status().message()}});
    return failure(answer.status());
}

}  // namespace skiff::server
