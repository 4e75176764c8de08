#include "net/spdy_frame.h"

#include <zlib.h>

#include <algorithm>

#include "base/strings.h"
#include "net/spdy_dictionary.h"

namespace skiff::net {

namespace {

constexpr uint16_t kVersion = 3;
constexpr size_t kHeadBytes = 8;

void put32(std::string& out, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

void put24(std::string& out, uint32_t value) {
    for (int shift = 16; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

uint32_t get(std::string_view bytes, size_t at, size_t count) {
    uint32_t out = 0;
    for (size_t i = 0; i < count; ++i) out = out << 8 | static_cast<uint8_t>(bytes[at + i]);
    return out;
}

uint32_t get31(std::string_view bytes, size_t at) { return get(bytes, at, 4) & 0x7fffffff; }

const Bytef* dictionary_data() { return reinterpret_cast<const Bytef*>(spdy_dictionary().data()); }

// Names in lower case; several values of one name become one with NUL between them.
std::string pack(const Headers& headers) {
    std::vector<std::pair<std::string, std::string>> merged;
    for (const auto& [name, value] : headers.entries()) {
        const std::string key = lower(name);
        auto found = std::find_if(merged.begin(), merged.end(), [&](const auto& entry) { return entry.first == key; });
        if (found == merged.end()) merged.emplace_back(key, value);
        else found->second += '\0' + value;
    }
    std::string out;
    put32(out, static_cast<uint32_t>(merged.size()));
    for (const auto& [name, value] : merged) {
        put32(out, static_cast<uint32_t>(name.size()));
        out += name;
        put32(out, static_cast<uint32_t>(value.size()));
        out += value;
    }
    return out;
}

bool has_headers(SpdyType type) { return type == SpdyType::SynStream || type == SpdyType::SynReply || type == SpdyType::Headers; }

}  // namespace

struct SpdyEncoder::Deflate {
    z_stream stream{};
    // Small windows: header blocks are tiny and a connection keeps this for its life. The dictionary needs 2 KB.
    Deflate() {
        deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 11, 1, Z_DEFAULT_STRATEGY);
        deflateSetDictionary(&stream, dictionary_data(), static_cast<uInt>(spdy_dictionary().size()));
    }
    ~Deflate() { deflateEnd(&stream); }
};

SpdyEncoder::SpdyEncoder() = default;
SpdyEncoder::~SpdyEncoder() = default;

std::string SpdyEncoder::compress(const Headers& headers) {
    if (!deflate_) deflate_ = std::make_unique<Deflate>();
    std::string plain = pack(headers), out;
    z_stream& z = deflate_->stream;
    z.next_in = reinterpret_cast<Bytef*>(plain.data());
    z.avail_in = static_cast<uInt>(plain.size());
    do {
        char buffer[1024];
        z.next_out = reinterpret_cast<Bytef*>(buffer);
        z.avail_out = sizeof buffer;
        deflate(&z, Z_SYNC_FLUSH);
        out.append(buffer, sizeof buffer - z.avail_out);
    } while (z.avail_out == 0);
    return out;
}

std::string SpdyEncoder::encode(const SpdyControl& frame) {
    std::string body;
    switch (frame.type) {
        case SpdyType::SynStream:
            put32(body, frame.stream_id);
            put32(body, 0);
            body += static_cast<char>(frame.priority << 5);
            body += '\0';
            break;
        case SpdyType::SynReply:
        case SpdyType::Headers:
        case SpdyType::Ping: put32(body, frame.stream_id); break;
        case SpdyType::RstStream:
        case SpdyType::GoAway:
        case SpdyType::WindowUpdate:
            put32(body, frame.stream_id);
            put32(body, frame.value);
            break;
        case SpdyType::Settings:
            put32(body, static_cast<uint32_t>(frame.settings.size()));
            for (const auto& [id, value] : frame.settings) {
                body += '\0';
                put24(body, id);
                put32(body, value);
            }
            break;
    }
    if (has_headers(frame.type)) body += compress(frame.headers);
    std::string out;
    put32(out, uint32_t{0x8000 | kVersion} << 16 | static_cast<uint32_t>(frame.type));
    out += static_cast<char>(frame.flags);
    put24(out, static_cast<uint32_t>(body.size()));
    return out + body;
}

std::string SpdyEncoder::data_header(uint32_t stream_id, uint8_t flags, uint32_t payload_bytes) {
    std::string out;
    put32(out, stream_id & 0x7fffffff);
    out += static_cast<char>(flags);
    put24(out, payload_bytes);
    return out;
}

struct SpdyParser::Inflate {
    z_stream stream{};
    Inflate() { inflateInit(&stream); }
    ~Inflate() { inflateEnd(&stream); }
};

SpdyParser::SpdyParser() = default;
SpdyParser::~SpdyParser() = default;

bool SpdyParser::feed(std::string_view bytes, Sink& sink) {
    while (!failed_ && !bytes.empty()) {
        if (!in_frame_) {
            const size_t take = std::min(kHeadBytes - header_.size(), bytes.size());
            header_.append(bytes.substr(0, take));
            bytes.remove_prefix(take);
            if (header_.size() < kHeadBytes) return true;
            if (!frame_begins(sink)) {
                failed_ = true;
                return false;
            }
            header_.clear();
            continue;
        }
        const size_t take = std::min<size_t>(left_, bytes.size());
        left_ -= static_cast<uint32_t>(take);
        if (is_control_) control_.append(bytes.substr(0, take));
        else sink.on_data(stream_id_, bytes.substr(0, take), left_ == 0, left_ == 0 && (flags_ & SpdyFlags::kFin) != 0);
        bytes.remove_prefix(take);
        if (left_ > 0) continue;
        in_frame_ = false;
        if (is_control_ && !control_complete(sink)) failed_ = true;
    }
    return !failed_;
}

bool SpdyParser::frame_begins(Sink& sink) {
    const uint32_t first = get(header_, 0, 4);
    is_control_ = (first & 0x80000000) != 0;
    flags_ = static_cast<uint8_t>(header_[4]);
    left_ = get(header_, 5, 3);
    if (is_control_) {
        type_ = static_cast<uint16_t>(first & 0xffff);
        if ((first >> 16 & 0x7fff) != kVersion || left_ > kControlBytesMax) return false;
        control_.clear();
        if (left_ == 0) return control_complete(sink);
    } else {
        stream_id_ = first;
        if (stream_id_ == 0) return false;
        if (left_ == 0) {
            sink.on_data(stream_id_, {}, true, (flags_ & SpdyFlags::kFin) != 0);
            return true;
        }
    }
    in_frame_ = true;
    return true;
}

bool SpdyParser::control_complete(Sink& sink) {
    SpdyControl frame{};
    frame.type = static_cast<SpdyType>(type_);
    frame.flags = flags_;
    const std::string_view body = control_;
    bool good = true;
    switch (frame.type) {
        case SpdyType::SynStream:
            if (body.size() < 10) return false;
            frame.stream_id = get31(body, 0);
            frame.priority = static_cast<uint8_t>(body[8]) >> 5;
            good = unpack(body.substr(10), frame.headers);
            break;
        case SpdyType::SynReply:
        case SpdyType::Headers:
            if (body.size() < 4) return false;
            frame.stream_id = get31(body, 0);
            good = unpack(body.substr(4), frame.headers);
            break;
        case SpdyType::Ping:
            if (body.size() != 4) return false;
            frame.stream_id = get(body, 0, 4);
            break;
        case SpdyType::RstStream:
        case SpdyType::GoAway:
        case SpdyType::WindowUpdate:
            if (body.size() != 8) return false;
            frame.stream_id = get31(body, 0);
            frame.value = frame.type == SpdyType::WindowUpdate ? get31(body, 4) : get(body, 4, 4);
            break;
        case SpdyType::Settings:
            if (body.size() < 4 || (body.size() - 4) / 8 != get(body, 0, 4) || body.size() % 8 != 4) return false;
            for (size_t at = 4; at < body.size(); at += 8) frame.settings.emplace_back(get(body, at + 1, 3), get(body, at + 4, 4));
            break;
        default: return true;   // unknown kinds are skipped
    }
    const bool needs_stream = frame.type != SpdyType::Ping && frame.type != SpdyType::GoAway && frame.type != SpdyType::Settings &&
                              frame.type != SpdyType::WindowUpdate;
    if (!good || (needs_stream && frame.stream_id == 0)) return false;
    std::string().swap(control_);
    sink.on_control(std::move(frame));
    return true;
}

bool SpdyParser::unpack(std::string_view block, Headers& headers) {
    if (!inflate_) inflate_ = std::make_unique<Inflate>();
    z_stream& z = inflate_->stream;
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
    z.avail_in = static_cast<uInt>(block.size());
    std::string plain;
    for (;;) {
        char buffer[4096];
        z.next_out = reinterpret_cast<Bytef*>(buffer);
        z.avail_out = sizeof buffer;
        const int rc = inflate(&z, Z_SYNC_FLUSH);
        plain.append(buffer, sizeof buffer - z.avail_out);
        if (plain.size() > kControlBytesMax) return false;
        if (rc == Z_NEED_DICT) {
            if (inflateSetDictionary(&z, dictionary_data(), static_cast<uInt>(spdy_dictionary().size())) != Z_OK) return false;
            continue;
        }
        if (rc == Z_BUF_ERROR || (rc == Z_OK && z.avail_in == 0 && z.avail_out > 0)) break;
        if (rc != Z_OK) return false;
    }
    if (plain.size() < 4) return false;
    const uint32_t count = get(plain, 0, 4);
    size_t at = 4;
    const auto text = [&](std::string_view& out) {
        if (plain.size() - at < 4) return false;
        const uint32_t size = get(plain, at, 4);
        at += 4;
        if (plain.size() - at < size) return false;
        out = std::string_view(plain).substr(at, size);
        at += size;
        return true;
    };
    for (uint32_t i = 0; i < count; ++i) {
        std::string_view name, values;
        if (!text(name) || !text(values) || name.empty()) return false;
        if (headers.entries().size() + static_cast<size_t>(std::count(values.begin(), values.end(), '\0')) >= kHeadersMax) return false;
        if (values.empty()) headers.add(name, "");
        for (std::string_view value : split_views(values, '\0')) headers.add(name, std::string(value));
    }
    return at == plain.size();
}

}  // namespace skiff::net
