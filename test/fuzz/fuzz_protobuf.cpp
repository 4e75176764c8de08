// Protobuf of a Pod, with and without the envelope; the tree that comes out is normalised and encoded again.
#include <cstdint>
#include <string_view>

#include "api/decode.h"
#include "api/kind.h"
#include "api/protobuf.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto kinds = api::KindRegistry::builtin();
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const api::TypeSchema* schema = kinds->schemas().find("core.v1.Pod");
    if (api::is_protobuf(bytes)) {
        auto envelope = api::open_protobuf(bytes);
        if (!envelope.ok()) return 0;
        (void)api::decode_protobuf(*schema, envelope->raw);
        return 0;
    }
    auto tree = api::decode_protobuf(*schema, bytes);
    if (!tree.ok() || !api::normalize(*schema, *tree).ok()) return 0;
    (void)api::encode_protobuf(*schema, *tree);
    return 0;
}
