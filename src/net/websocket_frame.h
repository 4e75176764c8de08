// WebSocket framing (RFC 6455, section 5) as pure functions of bytes: a parser that trusts nothing and an encoder. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace skiff::net {

enum class WsRole { Server, Client };          // who we are: clients mask, servers must not
enum class WsKind : uint8_t { Text = 1, Binary = 2 };

struct WsClose {
    static constexpr uint16_t kNormal = 1000, kGoingAway = 1001, kProtocolError = 1002, kNoStatus = 1005, kAbnormal = 1006,
                              kInvalidPayload = 1007, kTooBig = 1009, kInternalError = 1011;
};

class WsParser {
public:
    class Sink {
    public:
        virtual ~Sink() = default;
        virtual void on_message(WsKind kind, std::string_view message) = 0;   // whole, unmasked
        virtual void on_ping(std::string_view payload) = 0;
        virtual void on_pong(std::string_view payload) = 0;
        virtual void on_close(uint16_t code, std::string_view reason) = 0;    // kNoStatus when none was given
    };
    WsParser(WsRole role, size_t message_bytes_max) : role_(role), message_bytes_max_(message_bytes_max) {}
    // False after a violation; error_code() is the code to close with, and further input is ignored. Nothing follows a close frame.
    bool feed(std::string_view bytes, Sink& sink);
    uint16_t error_code() const { return error_code_; }

private:
    bool parse_header();
    bool frame_complete(Sink& sink);
    bool fail(uint16_t code);

    const WsRole role_;
    const size_t message_bytes_max_;
    std::string header_;              // of the current frame, until it is complete
    bool in_payload_ = false;
    bool fin_ = false;
    uint8_t opcode_ = 0;
    uint64_t payload_left_ = 0;
    uint8_t mask_[4] = {};
    size_t mask_at_ = 0;
    bool masked_ = false;
    std::string control_;             // payload of a control frame
    std::string message_;             // payload of the data frames of one message
    uint8_t message_kind_ = 0;        // 0: no message has begun
    bool closed_ = false;
    uint16_t error_code_ = 0;
};

// A frame's header, up to 14 bytes; for clients with a fresh mask, which is returned too.
std::string ws_frame_header(uint8_t opcode, uint64_t payload_bytes, const uint8_t* mask);
void ws_mask(std::string& payload, const uint8_t mask[4]);
bool is_utf8(std::string_view text);

}  // namespace skiff::net
