#include "agent/probes/grpc_health.h"

namespace skiff::agent::probes {

namespace {

// RFC 9113, 6: frame types and flags.
enum : unsigned { kData = 0, kHeaders = 1, kRstStream = 3, kSettings = 4, kPing = 6, kGoAway = 7 };
constexpr unsigned kEndStream = 1, kAck = 1, kEndHeaders = 4, kPadded = 8;
constexpr size_t kFrameBytesMax = 16384, kFrameHead = 9;

std::string frame_of(unsigned type, unsigned flags, unsigned stream, std::string_view payload) {
    const size_t size = payload.size();
    std::string out{static_cast<char>(size >> 16), static_cast<char>(size >> 8), static_cast<char>(size), static_cast<char>(type), static_cast<char>(flags),
                    0, 0, 0, static_cast<char>(stream)};
    return out.append(payload);
}

// RFC 7541, 6.2.2: literal without indexing, new name, no Huffman. Lengths stay below 127 here.
void literal(std::string& out, std::string_view name, std::string_view value) {
    out += '\0';
    out += static_cast<char>(name.size());
    out += name;
    out += static_cast<char>(value.size());
    out += value;
}

}  // namespace

std::string grpc_health_request(const std::string& authority, const std::string& service) {
    std::string headers;
    literal(headers, ":method", "POST");
    literal(headers, ":scheme", "http");
    literal(headers, ":path", "/grpc.health.v1.Health/Check");
    literal(headers, ":authority", std::string_view(authority).substr(0, 120));
    literal(headers, "content-type", "application/grpc");
    literal(headers, "te", "trailers");
    literal(headers, "user-agent", "kube-probe/1.34");
    std::string body;
    if (!service.empty()) {   // field 1, string
        const std::string_view name = std::string_view(service).substr(0, 120);
        body += '\x0a';
        body += static_cast<char>(name.size());
        body += name;
    }
    std::string message(5, '\0');   // not compressed, length
    message[4] = static_cast<char>(body.size());
    message += body;
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame_of(kSettings, 0, 0, "") + frame_of(kHeaders, kEndHeaders, 1, headers) +
           frame_of(kData, kEndStream, 1, message);
}

bool GrpcHealthReader::feed(std::string_view bytes, std::string& reply) {
    buffer_ += bytes;
    while (buffer_.size() >= kFrameHead) {
        auto byte = [&](size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(buffer_[i])); };
        const size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
        if (size > kFrameBytesMax) return false;
        if (buffer_.size() < kFrameHead + size) return true;
        const unsigned stream = (byte(5) & 0x7f) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8);
        const std::string payload = buffer_.substr(kFrameHead, size);
        const unsigned type = byte(3), flags = byte(4);
        buffer_.erase(0, kFrameHead + size);
        if (!frame(type, flags, stream, payload, reply)) return false;
    }
    return true;
}

bool GrpcHealthReader::frame(unsigned type, unsigned flags, unsigned stream, std::string_view payload, std::string& reply) {
    if (type == kSettings && !(flags & kAck)) reply += frame_of(kSettings, kAck, 0, "");
    if (type == kPing && !(flags & kAck)) reply += frame_of(kPing, kAck, 0, payload);
    if (type == kGoAway || (type == kRstStream && stream == 1)) refused_ = !serving_;
    if (type == kData && stream == 1) {
        if (flags & kPadded) {
            if (payload.empty()) return false;
            const size_t padding = static_cast<unsigned char>(payload[0]);
            if (padding + 1 > payload.size()) return false;
            payload = payload.substr(1, payload.size() - 1 - padding);
        }
        message_ += payload;
        if (message_.size() > kFrameBytesMax) return false;
        if (message_.size() >= 5) {
            const size_t length = static_cast<unsigned char>(message_[4]);
            if (message_.size() >= 5 + length) {
                // HealthCheckResponse.status is field 1, varint; proto3 leaves 0 out.
                serving_ = Serving::Unknown;
                if (length >= 2 && message_[5] == 0x08) serving_ = static_cast<Serving>(static_cast<unsigned char>(message_[6]) & 0x7f);
            }
        }
    }
    if ((type == kData || type == kHeaders) && stream == 1 && (flags & kEndStream) && !serving_) refused_ = true;
    return true;
}

}  // namespace skiff::agent::probes
