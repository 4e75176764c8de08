#include "agent/node_credentials.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "base/strings.h"
#include "json/parse.h"
#include "json/write.h"
#include "net/http_client.h"
#include "net/tls.h"
#include "pki/ca.h"
#include "pki/certificate.h"
#include "pki/join_token.h"
#include "pki/key.h"

namespace skiff::agent {

namespace {

constexpr size_t kAnswerBytesMax = 1 << 20;

std::string credentials_path(const JoinOptions& options) { return options.data_dir + "/agent/node-credentials.json"; }

// Says that this machine is the one that joined under its name before.
Result<std::string> node_password(const JoinOptions& options) {
    const std::string path = options.data_dir + "/agent/node-password";
    if (auto kept = file::read(path, 4096); kept.ok() && !kept->empty()) return kept;
    const std::string password = hex_encode(random_bytes(16));
    TRY(file::write_atomic(path, password, 0600));
    return password;
}

json::Value to_json(const NodeCredentials& from) {
    return json::Value::object({{"client", from.client_certificate_pem},
                                {"clientKey", from.client_key_pem},
                                {"serving", from.serving_certificate_pem},
                                {"servingKey", from.serving_key_pem},
                                {"clientCa", from.client_ca_pem},
                                {"serverCa", from.server_ca_pem},
                                {"clusterDns", from.cluster_dns},
                                {"clusterDomain", from.cluster_domain},
                                {"clusterCidr", from.cluster_cidr},
                                {"serviceCidr", from.service_cidr}});
}

Result<NodeCredentials> load(const JoinOptions& options, WallTime now) {
    const json::Value kept = TRY(json::parse(TRY(file::read(credentials_path(options), kAnswerBytesMax)), {.depth_max = 5}));
    const NodeRequests keys{kept["clientKey"].as_string(), "", kept["servingKey"].as_string(), ""};
    NodeCredentials credentials = TRY(complete(keys, kept));
    for (const auto* pem : {&credentials.client_certificate_pem, &credentials.serving_certificate_pem})
        if (pki::needs_renewal(TRY(pki::parse_certificate(*pem)), now)) return error(Reason::Expired, "the node's certificates are to be renewed");
    const auto client = TRY(pki::parse_certificate(credentials.client_certificate_pem));
    if (client.names.common_name != "system:node:" + options.node_name) return error(Reason::Conflict, "the kept certificates are for another node name");
    const auto serving = TRY(pki::parse_certificate(credentials.serving_certificate_pem));
    for (const auto& ip : options.node_ips)
        if (std::find(serving.names.ips.begin(), serving.names.ips.end(), ip) == serving.names.ips.end()) return error(Reason::Conflict, "the node's address has changed");
    return credentials;
}

// The server's CA bundle. With a hash in the token nobody between us and the server can put in another one.
Result<std::string> fetch_ca(net::IoThreads& io, const JoinOptions& options, const pki::JoinToken& token) {
    net::TlsClientConfig config;
    config.insecure_skip_verify = true;
    auto client = net::HttpClient::create(io, TRY(net::TlsClientContext::create(config)));
    auto answer = TRY(client->request({.url = options.server + "/cacerts", .body_bytes_max = kAnswerBytesMax}).context("ask {} for its CA", options.server));
    if (answer.code != 200) return error(Reason::ServiceUnavailable, "{}/cacerts answers {}", options.server, answer.code);
    if (!token.ca_sha256_hex.empty() && pki::ca_bundle_sha256(answer.body) != token.ca_sha256_hex)
        return error(Reason::Unauthorized, "{} is not the server that the token is for: its CA has another hash", options.server);
    if (token.ca_sha256_hex.empty()) log::warn("join", "the token has no CA hash; trusting the first answer", {{"server", options.server}});
    return answer.body;
}

Result<json::Value> request_certificates(net::IoThreads& io, const JoinOptions& options, const pki::JoinToken& token, const std::string& ca_pem, const NodeRequests& requests) {
    net::TlsClientConfig config;
    config.ca_pem = ca_pem;
    auto client = net::HttpClient::create(io, TRY(net::TlsClientContext::create(config)));
    net::ClientRequest request{.method = "POST", .url = options.server + "/v1-skiff/node-certs", .body_bytes_max = kAnswerBytesMax};
    if (token.bootstrap) request.headers.set("Authorization", "Bearer " + token.secret);
    else request.headers.set("Authorization", "Basic " + base64_encode((token.user.empty() ? "node" : token.user) + ":" + token.secret));
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Skiff-Node-Name", options.node_name);
    request.headers.set("Skiff-Node-Ips", join(options.node_ips, ","));
    request.headers.set("Skiff-Node-Password", TRY(node_password(options)));
    request.body = net::make_bytes(json::write(json::Value::object({{"client", requests.client_csr_pem}, {"serving", requests.serving_csr_pem}})));
    auto answer = TRY(client->request(request).context("join {}", options.server));
    auto body = json::parse(answer.body, {.depth_max = 10});
    if (answer.code == 200) return body;
    const std::string message = body.ok() ? (*body)["message"].as_string() : std::string();
    return error(answer.code == 401 ? Reason::Unauthorized : answer.code == 403 ? Reason::Forbidden : Reason::ServiceUnavailable, "{} refuses this node ({}): {}", options.server,
                 answer.code, message);
}

}  // namespace

Result<NodeRequests> make_node_requests(const std::string& node_name, const std::vector<std::string>& ips) {
    const pki::PrivateKey client = TRY(pki::PrivateKey::generate()), serving = TRY(pki::PrivateKey::generate());
    NodeRequests requests;
    requests.client_key_pem = client.pem();
    requests.client_csr_pem = TRY(pki::make_csr(client, {.common_name = "system:node:" + node_name, .organizations = {"system:nodes"}}));
    requests.serving_key_pem = serving.pem();
    requests.serving_csr_pem = TRY(pki::make_csr(serving, {.common_name = node_name, .dns = {node_name}, .ips = ips}));
    return requests;
}

Result<NodeCredentials> complete(const NodeRequests& requests, const json::Value& answer) {
    NodeCredentials credentials{answer["client"].as_string(),   requests.client_key_pem,         answer["serving"].as_string(),
                                requests.serving_key_pem,       answer["clientCa"].as_string(),  answer["serverCa"].as_string(),
                                answer["clusterDns"].as_string(), answer["clusterDomain"].as_string(), answer["clusterCidr"].as_string(),
                                answer["serviceCidr"].as_string()};
    if (credentials.client_certificate_pem.empty() || credentials.serving_certificate_pem.empty() || credentials.server_ca_pem.empty())
        return error(Reason::BadRequest, "the server's answer to the join lacks certificates");
    return credentials;
}

Result<NodeCredentials> join_cluster(net::IoThreads& io, const JoinOptions& options, Clock& clock) {
    auto kept = load(options, clock.now());
    if (kept.ok()) return kept;
    TRY(file::make_dirs(options.data_dir + "/agent", 0700));
    const pki::JoinToken token = TRY(pki::parse_join_token(options.token));
    const std::string ca = TRY(fetch_ca(io, options, token));
    const NodeRequests requests = TRY(make_node_requests(options.node_name, options.node_ips));
    NodeCredentials credentials = TRY(complete(requests, TRY(request_certificates(io, options, token, ca, requests))));
    TRY(file::write_atomic(credentials_path(options), json::write(to_json(credentials)), 0600));
    return credentials;
}

}  // namespace skiff::agent
