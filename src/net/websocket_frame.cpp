#include "net/websocket_frame.h"

#include <algorithm>
#include <cstring>

namespace skiff::net {

namespace {

constexpr uint8_t kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;
constexpr size_t kControlBytesMax = 125;
constexpr size_t kKeepCapacity = 64 << 10;

bool is_control(uint8_t opcode) { return opcode >= 8; }

// RFC 6455, 7.4.1 and the registry behind it.
bool valid_close_code(uint16_t code) {
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) || (code >= 3000 && code <= 4999);
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x80) {
            ++i;
            continue;
        }
        const size_t more = c >= 0xc2 && c <= 0xdf ? 1 : c >= 0xe0 && c <= 0xef ? 2 : c >= 0xf0 && c <= 0xf4 ? 3 : 0;
        if (more == 0 || i + more >= text.size()) return false;
        for (size_t k = 1; k <= more; ++k) {
            if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
        }
        const auto next = static_cast<unsigned char>(text[i + 1]);
        // Overlong forms, surrogates, and beyond U+10FFFF.
        if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) || (c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f)) return false;
        i += more + 1;
    }
    return true;
}

void ws_mask(std::string& payload, const uint8_t mask[4]) {
    for (size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(static_cast<uint8_t>(payload[i]) ^ mask[i & 3]);
}

std::string ws_frame_header(uint8_t opcode, uint64_t payload_bytes, const uint8_t* mask) {
    std::string out;
    out += static_cast<char>(0x80 | opcode);
    const uint8_t mask_bit = mask ? 0x80 : 0;
    int length_bytes = 0;
    if (payload_bytes < 126) {
        out += static_cast<char>(mask_bit | payload_bytes);
    } else if (payload_bytes < 65536) {
        out += static_cast<char>(mask_bit | 126);
        length_bytes = 2;
    } else {
        out += static_cast<char>(mask_bit | 127);
        length_bytes = 8;
    }
    for (int shift = 8 * (length_bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(payload_bytes >> shift);
    if (mask) out.append(reinterpret_cast<const char*>(mask), 4);
    return out;
}

bool WsParser::fail(uint16_t code) {
    error_code_ = code;
    return false;
}

// The header stands in header_; false when more bytes are needed or, with an error code, when it is wrong.
bool WsParser::parse_header() {
    if (header_.size() < 2) return false;
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(header_[i]); };
    fin_ = (byte(0) & 0x80) != 0;
    opcode_ = byte(0) & 0x0f;
    masked_ = (byte(1) & 0x80) != 0;
    const uint8_t short_length = byte(1) & 0x7f;
    if ((byte(0) & 0x70) != 0) return fail(WsClose::kProtocolError);   // no extension was agreed on
    if (opcode_ > kPong || (opcode_ > kBinary && opcode_ < kClose)) return fail(WsClose::kProtocolError);
    if (masked_ != (role_ == WsRole::Server)) return fail(WsClose::kProtocolError);
    if (is_control(opcode_) && (!fin_ || short_length > kControlBytesMax)) return fail(WsClose::kProtocolError);
    if (!is_control(opcode_) && (opcode_ == kContinuation) == (message_kind_ == 0)) return fail(WsClose::kProtocolError);
    const size_t length_bytes = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
    const size_t need = 2 + length_bytes + (masked_ ? 4 : 0);
    if (header_.size() < need) return false;
    payload_left_ = short_length;
    if (length_bytes > 0) {
        payload_left_ = 0;
        for (size_t i = 0; i < length_bytes; ++i) payload_left_ = payload_left_ << 8 | byte(2 + i);
    }
    if (!is_control(opcode_) && payload_left_ > message_bytes_max_ - std::min(message_.size(), message_bytes_max_)) return fail(WsClose::kTooBig);
    if (masked_) memcpy(mask_, header_.data() + 2 + length_bytes, 4);
    mask_at_ = 0;
    if (opcode_ == kText || opcode_ == kBinary) message_kind_ = opcode_;
    return true;
}

bool WsParser::feed(std::string_view bytes, Sink& sink) {
    while (error_code_ == 0 && !closed_) {
        if (!in_payload_) {
            // At most 14 bytes, one after the other: the length of the header depends on itself.
            while (!bytes.empty() && !in_payload_ && error_code_ == 0) {
                header_ += bytes.front();
                bytes.remove_prefix(1);
                in_payload_ = parse_header();
            }
            if (error_code_ != 0) return false;
            if (!in_payload_) return true;
            header_.clear();
            control_.clear();
        }
        std::string& target = is_control(opcode_) ? control_ : message_;
        const size_t take = static_cast<size_t>(std::min<uint64_t>(payload_left_, bytes.size()));
        const size_t from = target.size();
        target.append(bytes.substr(0, take));
        if (masked_) {
            for (size_t i = from; i < target.size(); ++i) target[i] = static_cast<char>(static_cast<uint8_t>(target[i]) ^ mask_[mask_at_++ & 3]);
        }
        bytes.remove_prefix(take);
        payload_left_ -= take;
        if (payload_left_ > 0) return true;
        in_payload_ = false;
        if (!frame_complete(sink)) return false;
    }
    return error_code_ == 0;
}

bool WsParser::frame_complete(Sink& sink) {
    if (opcode_ == kPing) {
        sink.on_ping(control_);
    } else if (opcode_ == kPong) {
        sink.on_pong(control_);
    } else if (opcode_ == kClose) {
        uint16_t code = WsClose::kNoStatus;
        if (control_.size() == 1) return fail(WsClose::kProtocolError);
        if (control_.size() >= 2) {
            code = static_cast<uint16_t>(static_cast<uint8_t>(control_[0]) << 8 | static_cast<uint8_t>(control_[1]));
            if (!valid_close_code(code)) return fail(WsClose::kProtocolError);
            if (!is_utf8(std::string_view(control_).substr(2))) return fail(WsClose::kInvalidPayload);
        }
        closed_ = true;
        sink.on_close(code, control_.size() > 2 ? std::string_view(control_).substr(2) : std::string_view());
    } else if (fin_) {
        const auto kind = static_cast<WsKind>(message_kind_);
        if (kind == WsKind::Text && !is_utf8(message_)) return fail(WsClose::kInvalidPayload);
        message_kind_ = 0;
        sink.on_message(kind, message_);
        message_.clear();
        if (message_.capacity() > kKeepCapacity) std::string().swap(message_);
    }
    return true;
}

}  // namespace skiff::net
