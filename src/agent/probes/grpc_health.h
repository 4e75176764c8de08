// The gRPC health check (grpc.health.v1.Health/Check) as one HTTP/2 exchange over a plain connection with prior knowledge, without a gRPC
// library: one request that is a constant but for the names in it, and an answer of which one number matters. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::agent::probes {

// Preface, SETTINGS, HEADERS and DATA of the call.
std::string grpc_health_request(const std::string& authority, const std::string& service);

// Reads the server's frames as they come.
class GrpcHealthReader {
public:
    enum class Serving { Unknown = 0, Serving = 1, NotServing = 2, ServiceUnknown = 3 };
    // Bytes to send back (acknowledgements) are appended to reply. False after a protocol error.
    bool feed(std::string_view bytes, std::string& reply);
    // Set once the answer is there.
    std::optional<Serving> serving() const { return serving_; }
    // The stream ended without an answer: no such service, or no health protocol.
    bool refused() const { return refused_; }

private:
    bool frame(unsigned type, unsigned flags, unsigned stream, std::string_view payload, std::string& reply);
    std::string buffer_, message_;
    std::optional<Serving> serving_;
    bool refused_ = false;
};

}  // namespace skiff::agent::probes
