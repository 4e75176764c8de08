#include "api/protobuf_wire.h"

#include <bit>

namespace skiff::api {

namespace {

Status unexpected_end() { return error(Reason::BadRequest, "unexpected EOF"); }

}  // namespace

void append_varint(std::string& out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}

void append_tag(std::string& out, int field, WireType type) {
    append_varint(out, static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(type));
}

void append_varint_field(std::string& out, int field, uint64_t value) {
    append_tag(out, field, WireType::Varint);
    append_varint(out, value);
}

void append_bytes_field(std::string& out, int field, std::string_view bytes) {
    append_tag(out, field, WireType::Bytes);
    append_varint(out, bytes.size());
    out += bytes;
}

void append_double_field(std::string& out, int field, double value) {
    append_tag(out, field, WireType::Fixed64);
    auto bits = std::bit_cast<uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(bits >> shift);
}

Result<uint64_t> WireReader::varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest_.empty()) return unexpected_end();
        auto byte = static_cast<unsigned char>(rest_[0]);
        rest_.remove_prefix(1);
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    return error(Reason::BadRequest, "proto: integer overflow");
}

Result<uint64_t> WireReader::fixed(size_t size) {
    if (rest_.size() < size) return unexpected_end();
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value |= static_cast<uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(size);
    return value;
}

Result<WireReader::Item> WireReader::next() {
    uint64_t tag = TRY(varint());
    Item item;
    item.field = static_cast<int>(tag >> 3 & 0x1fffffff);
    item.type = static_cast<WireType>(tag & 7);
    if (item.field == 0) return error(Reason::BadRequest, "proto: illegal tag 0 (wire type {})", tag & 7);
    switch (item.type) {
        case WireType::Varint: item.number = TRY(varint()); break;
        case WireType::Fixed64: item.number = TRY(fixed(8)); break;
        case WireType::Fixed32: item.number = TRY(fixed(4)); break;
        case WireType::Bytes: {
            uint64_t size = TRY(varint());
            if (size > rest_.size()) return unexpected_end();
            item.bytes = rest_.substr(0, size);
            rest_.remove_prefix(size);
            break;
        }
        default: return error(Reason::BadRequest, "proto: illegal wireType {}", tag & 7);
    }
    return item;
}

}  // namespace skiff::api
