// SPDY/3.1 framing (SPDY Protocol, Draft 3.1) as pure functions of bytes. Kubernetes' exec, attach and port-forward still speak it.
// Header blocks are compressed with one zlib stream a direction, so a codec belongs to one connection and one direction.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace skiff::net {

enum class SpdyType : uint16_t {
    SynStream = 1, SynReply = 2, RstStream = 3, Settings = 4, Ping = 6, GoAway = 7, Headers = 8, WindowUpdate = 9,
};

struct SpdyFlags {
    static constexpr uint8_t kFin = 1, kUnidirectional = 2;
};

struct SpdyReset {
    static constexpr uint32_t kProtocolError = 1, kInvalidStream = 2, kRefusedStream = 3, kCancel = 5, kInternalError = 6, kFlowControlError = 7;
};

// A whole control frame, in any of its kinds.
struct SpdyControl {
    SpdyType type;
    uint8_t flags = 0;
    uint32_t stream_id = 0;       // or last good stream (GoAway), or id (Ping)
    uint32_t value = 0;           // status (RstStream, GoAway), window delta
    uint8_t priority = 0;
    Headers headers;              // SynStream, SynReply, Headers
    std::vector<std::pair<uint32_t, uint32_t>> settings;   // id, value
    bool fin() const { return (flags & SpdyFlags::kFin) != 0; }
};

class SpdyEncoder {
public:
    SpdyEncoder();
    ~SpdyEncoder();
    std::string encode(const SpdyControl& frame);      // frames must be sent in the order of these calls
    static std::string data_header(uint32_t stream_id, uint8_t flags, uint32_t payload_bytes);
    static constexpr uint32_t kDataBytesMax = (1 << 24) - 1;

private:
    std::string compress(const Headers& headers);
    struct Deflate;
    std::unique_ptr<Deflate> deflate_;
};

class SpdyParser {
public:
    // Of a frame, and of its headers when unpacked: seventy bytes can unpack to any size. Streams of Kubernetes have three short headers.
    static constexpr size_t kControlBytesMax = 16 << 10, kHeadersMax = 64;
    class Sink {
    public:
        virtual ~Sink() = default;
        virtual void on_control(SpdyControl frame) = 0;
        // A piece of a data frame; last_piece on the frame's last one. fin only with that.
        virtual void on_data(uint32_t stream_id, std::string_view bytes, bool last_piece, bool fin) = 0;
    };
    SpdyParser();
    ~SpdyParser();
    // False after a violation; further input is ignored then.
    bool feed(std::string_view bytes, Sink& sink);

private:
    bool frame_begins(Sink& sink);
    bool control_complete(Sink& sink);
    bool unpack(std::string_view block, Headers& headers);

    struct Inflate;
    std::unique_ptr<Inflate> inflate_;
    std::string header_;            // the 8 bytes that every frame begins with
    std::string control_;
    bool in_frame_ = false, is_control_ = false, failed_ = false;
    uint16_t type_ = 0;
    uint8_t flags_ = 0;
    uint32_t stream_id_ = 0;
    uint32_t left_ = 0;
};

}  // namespace skiff::net
