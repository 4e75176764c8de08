// The wire format of protocol buffers: varints, tags, lengths. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::api {

enum class WireType : uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

void append_varint(std::string& out, uint64_t value);
void append_tag(std::string& out, int field, WireType type);
void append_varint_field(std::string& out, int field, uint64_t value);
void append_bytes_field(std::string& out, int field, std::string_view bytes);
void append_double_field(std::string& out, int field, double value);

// Reads the fields of one message. BadRequest "unexpected EOF" and its kin on malformed bytes.
class WireReader {
public:
    explicit WireReader(std::string_view bytes) : rest_(bytes) {}

    struct Item {
        int field = 0;
        WireType type = WireType::Varint;
        uint64_t number = 0;        // Varint, Fixed64, Fixed32
        std::string_view bytes;     // Bytes
    };
    bool at_end() const { return rest_.empty(); }
    Result<Item> next();
    Result<uint64_t> varint();

private:
    Result<uint64_t> fixed(size_t size);
    std::string_view rest_;
};

// Fields of JSONSchemaProps that are a schema or something else in JSON, and a message in protobuf: OrBool {allows = 1, schema = 2},
// OrArray {schema = 1, jSONSchemas = 2}.
inline constexpr std::string_view kSchemaOrBool = "v1.JSONSchemaPropsOrBool", kSchemaOrArray = "v1.JSONSchemaPropsOrArray";

}  // namespace skiff::api
