// What an HTTP message is, for server and clients alike. Plain values; header names compare without case.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skiff::net {

// Immutable bytes shared between many readers, e.g. one watch event sent to a thousand watchers.
using Bytes = std::shared_ptr<const std::string>;
inline Bytes make_bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

class Headers {
public:
    void set(std::string_view name, std::string value);   // replaces all of that name
    void add(std::string_view name, std::string value);
    void erase(std::string_view name);
    const std::string& get(std::string_view name) const;   // the first, "" when absent
    bool has(std::string_view name) const;
    std::vector<std::string> all(std::string_view name) const;
    const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

private:
    std::vector<std::pair<std::string, std::string>> entries_;
};

// A decoded query: order kept, repeated keys kept.
class Query {
public:
    static std::optional<Query> parse(std::string_view text);   // without what cannot be unescaped; nothing when there is too much
    const std::string& get(std::string_view key) const;          // the first, "" when absent
    bool has(std::string_view key) const;
    std::vector<std::string> all(std::string_view key) const;
    void add(std::string key, std::string value);
    void erase(std::string_view key);
    std::string encode() const;
    const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

private:
    std::vector<std::pair<std::string, std::string>> entries_;
};

// The verified client certificate of a TLS session: subject CN and O are user and groups (Kubernetes, "X509 client certificates").
struct PeerCertificate {
    std::string common_name;
    std::vector<std::string> organizations;
    std::string pem;
    std::string sha256_hex;      // of the DER bytes
    int64_t not_after_s = 0;     // Unix seconds
};

struct Request {
    std::string method;
    std::string target;          // as received: path?query
    std::string path;            // percent-decoded
    std::string raw_path;        // not decoded
    Query query;
    Headers headers;
    std::string body;
    int version_minor = 1;       // HTTP/1.x
    std::string remote_address;  // 10.42.0.7:51234, [::1]:80
    bool tls = false;
    std::shared_ptr<const PeerCertificate> certificate;   // null without a verified one
    std::string certificate_error;   // why the certificate that was presented is not accepted: answer 401; "" otherwise
};

struct Response {
    int code = 200;
    Headers headers;
    Bytes body;                  // null: empty
    // Further pieces sent after body, so that a list concatenates shared bytes. Content-Length covers all.
    std::vector<Bytes> more;
};

}  // namespace skiff::net
