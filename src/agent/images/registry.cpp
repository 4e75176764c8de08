#include "agent/images/registry.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "agent/images/manifest.h"
#include "base/encoding.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::agent::images {

namespace {

constexpr size_t kManifestBytesMax = 4 << 20, kTokenBytesMax = 1 << 20;

// Bearer realm="https://auth/token",service="registry",scope="repository:x:pull"
std::map<std::string, std::string> challenge_parameters(std::string_view text) {
    std::map<std::string, std::string> out;
    text.remove_prefix(std::min(text.find(' '), text.size()));
    while (!text.empty()) {
        auto equals = text.find('=');
        if (equals == std::string_view::npos) break;
        auto key = lower(trim(text.substr(0, equals)));
        while (!key.empty() && (key[0] == ',' || key[0] == ' ')) key.erase(0, 1);
        text.remove_prefix(equals + 1);
        std::string value;
        if (!text.empty() && text[0] == '"') {
            auto close = text.find('"', 1);
            if (close == std::string_view::npos) break;
            value = text.substr(1, close - 1);
            text.remove_prefix(close + 1);
        } else {
            auto comma = std::min(text.find(','), text.size());
            value = trim(text.substr(0, comma));
            text.remove_prefix(comma);
        }
        out[key] = value;
    }
    return out;
}

std::string basic(const Credentials& c) { return "Basic " + base64_encode(c.username + ":" + c.password); }

}  // namespace

Result<RegistryClient> RegistryClient::create(Endpoint endpoint) {
    net::BlockingClient::Options options;
    options.ca_pem = endpoint.tls.ca_pem;
    options.certificate_pem = endpoint.tls.certificate_pem;
    options.key_pem = endpoint.tls.key_pem;
    options.insecure_skip_verify = endpoint.tls.insecure_skip_verify;
    auto client = TRY(net::BlockingClient::create(std::move(options)));
    return RegistryClient(std::move(endpoint), std::move(client));
}

Status RegistryClient::explain(const net::BlockingResponse& response, const std::string& what) const {
    auto body = json::parse(std::string_view(response.body).substr(0, 65536));
    std::string message = body.ok() ? (*body)["errors"][0]["message"].as_string() : "";
    if (message.empty()) message = "unexpected status " + std::to_string(response.code);
    const auto reason = response.code == 404 ? Reason::NotFound : response.code == 401 ? Reason::Unauthorized : response.code == 403 ? Reason::Forbidden
                        : response.code == 429 ? Reason::TooManyRequests : Reason::ServiceUnavailable;
    return error(reason, "{} from {}: {}", what, endpoint_.base_url, message);
}

Status RegistryClient::authorize(const std::string& challenge) {
    const auto* credentials = credential_ < endpoint_.credentials.size() ? &endpoint_.credentials[credential_] : nullptr;
    ++credential_;
    if (lower(challenge).starts_with("basic")) {
        if (!credentials) return error(Reason::Unauthorized, "{} asks for a user name and password", endpoint_.base_url);
        authorization_ = basic(*credentials);
        return {};
    }
    if (!lower(challenge).starts_with("bearer")) return error(Reason::Unauthorized, "{} asks for an unknown kind of authentication", endpoint_.base_url);
    if (credentials && !credentials->token.empty()) {
        authorization_ = "Bearer " + credentials->token;
        return {};
    }
    auto parameters = challenge_parameters(challenge);
    const auto& realm = parameters["realm"];
    if (!realm.starts_with("https://") && !realm.starts_with("http://")) return error(Reason::Unauthorized, "{} names no place to get a token", endpoint_.base_url);
    net::BlockingRequest request;
    request.url = realm + (realm.find('?') == std::string::npos ? "?" : "&") + "service=" + percent_encode(parameters["service"]) + "&scope=" +
                  percent_encode(parameters["scope"].empty() ? "repository:" + endpoint_.repository + ":pull" : parameters["scope"]);
    request.body_bytes_max = kTokenBytesMax;
    if (credentials) request.headers.set("Authorization", basic(*credentials));
    auto response = TRY(client_->request(request).context("token from {}", realm));
    if (response.code != 200) return explain(response, "token");
    auto body = TRY(json::parse(response.body).context("token from {}", realm));
    auto token = body["token"].as_string(body["access_token"].as_string());
    if (token.empty()) return error(Reason::Unauthorized, "token from {}: the answer holds none", realm);
    authorization_ = "Bearer " + token;
    return {};
}

Result<net::BlockingResponse> RegistryClient::send(net::BlockingRequest request) {
    for (;;) {
        if (!authorization_.empty()) request.headers.set("Authorization", authorization_);
        auto response = TRY(client_->request(request));
        if (response.code != 401 || credential_ > endpoint_.credentials.size()) return response;
        TRY(authorize(response.headers.get("WWW-Authenticate")));
    }
}

Result<RegistryClient::Document> RegistryClient::manifest(const std::string& tag_or_digest) {
    net::BlockingRequest request;
    request.url = url("manifests/" + tag_or_digest);
    request.body_bytes_max = kManifestBytesMax;
    std::string accept;
    for (const char* type : kManifestTypes) accept += (accept.empty() ? "" : ", ") + std::string(type);
    request.headers.set("Accept", accept);
    auto response = TRY(send(std::move(request)));
    if (response.code != 200) return explain(response, "manifest " + tag_or_digest);
    Document document{response.headers.get("Content-Type"), "sha256:" + sha256_hex(response.body), std::move(response.body)};
    if (is_sha256_digest(tag_or_digest) && document.digest != tag_or_digest)
        return error(Reason::BadRequest, "manifest from {} has digest {} instead of {}", endpoint_.base_url, document.digest, tag_or_digest);
    return document;
}

Result<std::string> RegistryClient::blob(const std::string& digest, size_t size_bytes_max) {
    net::BlockingRequest request;
    request.url = url("blobs/" + digest);
    request.body_bytes_max = size_bytes_max;
    auto response = TRY(send(std::move(request)));
    if (response.code != 200) return explain(response, "blob " + digest);
    if ("sha256:" + sha256_hex(response.body) != digest) return error(Reason::BadRequest, "blob from {} does not have digest {}", endpoint_.base_url, digest);
    return std::move(response.body);
}

Status RegistryClient::blob_to_file(const std::string& digest, int64_t size_bytes, const std::string& path, const std::function<void(int64_t done)>& progress) {
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) return errno_status("create " + path, errno);
    Sha256 hash;
    int64_t done = 0;
    // What an earlier try left is hashed again and kept.
    char buffer[65536];
    for (ssize_t n; (n = ::read(fd.get(), buffer, sizeof buffer)) > 0; done += n) hash.update({buffer, static_cast<size_t>(n)});
    if (done < size_bytes || size_bytes == 0) {
        net::BlockingRequest request;
        request.url = url("blobs/" + digest);
        request.body_bytes_max = static_cast<size_t>(size_bytes ? size_bytes : 64ll << 30);
        if (done) request.headers.set("Range", fmt::format("bytes={}-", done));
        Status failed;
        request.head = [&](int code, const net::Headers&) {
            if (code != 200 || done == 0) return true;
            // The registry sends all of it again.
            hash = Sha256();
            done = 0;
            return ::ftruncate(fd.get(), 0) == 0 && ::lseek(fd.get(), 0, SEEK_SET) == 0;
        };
        request.data = [&](std::string_view piece) {
            hash.update(piece);
            for (auto rest = piece; !rest.empty();) {
                ssize_t n = ::write(fd.get(), rest.data(), rest.size());
                if (n <= 0) {
                    failed = errno_status("write " + path, errno);
                    return false;
                }
                rest.remove_prefix(static_cast<size_t>(n));
            }
            done += static_cast<int64_t>(piece.size());
            progress(done);
            return true;
        };
        auto response = send(std::move(request));
        if (!failed.ok()) return failed;
        if (!response.ok()) return std::move(response).status();
        if (response->code != 200 && response->code != 206) return explain(*response, "blob " + digest);
    }
    if ("sha256:" + hash.hex_digest() == digest) return {};
    (void)file::remove(path);
    return error(Reason::BadRequest, "blob from {} does not have digest {}", endpoint_.base_url, digest);
}

}  // namespace skiff::agent::images
